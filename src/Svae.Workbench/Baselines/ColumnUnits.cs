using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>The mean and scale of each column: data is fitted without units and parameters are given back in those of the data.</summary>
/// <param name="Mean">[n].</param>
/// <param name="Scale">Standard deviation [n], 1 where a column is constant.</param>
internal sealed record ColumnUnits(Tensor Mean, Tensor Scale)
{
    public static ColumnUnits Of(IReadOnlyList<Tensor> sequences)
    {
        long frames = sequences.Sum(s => s.shape[0]);
        Tensor mean = stack(sequences.Select(s => s.to(ScalarType.Float64).sum(dim: 0)).ToArray(), 0).sum(dim: 0) / frames;
        Tensor variance = stack(sequences.Select(s => (s.to(ScalarType.Float64) - mean).square().sum(dim: 0)).ToArray(), 0).sum(dim: 0) / frames;
        Tensor rounding = (mean.square() + 1e-300) * 1e-24;
        return new ColumnUnits(mean, where(variance > rounding, variance.sqrt(), 1.0));
    }

    public Tensor Standardize(Tensor sequence) => (sequence.to(ScalarType.Float64) - Mean) / Scale;

    /// <summary>With s = (x − mean) / scale, <c>s_t = A s_{t−1} + b + e</c> in the units of x.</summary>
    public AutoregressiveHmm Restore(AutoregressiveHmmEm.Parameters found, AutoregressiveHmmSettings settings)
    {
        long n = Mean.shape[0], lags = settings.Lags;
        Tensor slopes = found.Regimes.Coefficients.narrow(-1, 0, n * lags), offset = found.Regimes.Coefficients.select(-1, n * lags);
        Tensor dynamics = slopes * Scale.unsqueeze(-1) / Scale.repeat(lags);
        Tensor shifted = Mean + offset * Scale - dynamics.matmul(Mean.repeat(lags));
        Tensor covariance = found.Regimes.Covariance * Scale.unsqueeze(-1) * Scale;
        return new AutoregressiveHmm(found.LogInitial, found.LogTransition, dynamics, shifted, covariance, settings.LikelihoodPower);
    }
}
