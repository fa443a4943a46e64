using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>
/// The expected sufficient statistics of a chain of latent states under q(x), summed over the frames of each sequence: with
/// x̃_t = (x_t, 1), first E x_1, E x_1x_1ᵀ, then Σ_t E x̃_t x̃_tᵀ, Σ_t E x̃_t x_{t+1}ᵀ, Σ_t E x_{t+1}x_{t+1}ᵀ over its T − 1 pairs.
/// </summary>
/// <param name="FirstMean">E x_1, shape [B, n].</param>
/// <param name="FirstSecond">E x_1x_1ᵀ, shape [B, n, n].</param>
/// <param name="Earlier">Σ E x̃_t x̃_tᵀ, shape [B, n + 1, n + 1].</param>
/// <param name="Cross">Σ E x̃_t x_{t+1}ᵀ, shape [B, n + 1, n].</param>
/// <param name="Later">Σ E x_{t+1}x_{t+1}ᵀ, shape [B, n, n].</param>
/// <param name="Pairs">T_b − 1, shape [B].</param>
public sealed record ChainStatistics(Tensor FirstMean, Tensor FirstSecond, Tensor Earlier, Tensor Cross, Tensor Later, Tensor Pairs)
{
    /// <summary>From the moments of q(x), which are zero past a sequence's end.</summary>
    /// <param name="mean">E x_t, shape [B, T, n].</param>
    /// <param name="covariance">Cov x_t, shape [B, T, n, n]; zero when absent (x is known).</param>
    /// <param name="cross">Cov(x_t, x_{t+1}), shape [B, T − 1, n, n]; zero when absent.</param>
    /// <param name="lengths">Length of each sequence, int64 [B]; all T when absent.</param>
    public static ChainStatistics Of(Tensor mean, Tensor? covariance, Tensor? cross, Tensor? lengths)
    {
        var (batch, frames, n) = (mean.shape[0], mean.shape[1], mean.shape[2]);
        lengths ??= full(batch, frames, ScalarType.Int64, mean.device);
        Tensor outer = matmul(mean.mT, mean), m1 = mean.select(1, 0), last = Last(mean, lengths);
        Tensor first = m1.unsqueeze(2) * m1.unsqueeze(1), end = last.unsqueeze(2) * last.unsqueeze(1);
        Tensor total = outer, product = matmul(mean.narrow(1, 0, frames - 1).mT, mean.narrow(1, 1, frames - 1));
        if (covariance is not null)
        {
            total = total + covariance.sum(1);
            first = first + covariance.select(1, 0);
            end = end + Last(covariance, lengths);
        }
        if (cross is not null) product = product + cross.sum(1);
        Tensor pairs = (lengths - 1).to(mean.dtype), sum = mean.sum(1), before = (sum - last).unsqueeze(2), after = (sum - m1).unsqueeze(1);
        Tensor earlier = cat([cat([total - end, before], 2), cat([before.mT, pairs.reshape(batch, 1, 1)], 2)], 1);
        return new ChainStatistics(m1, first, earlier, cat([product, after], 1), total - first, pairs);
    }

    /// <summary>E_q log p(x|θ) of each sequence, linear in E[t(θ)], shape [B].</summary>
    public Tensor ExpectedLogDensity(LdsParameters expectedStatistics)
    {
        var (start, pair) = (expectedStatistics.InitialState, expectedStatistics.Dynamics);
        double perFrame = 0.5 * FirstMean.shape[1] * Math.Log(2 * Math.PI);
        Tensor atStart = (start.A * FirstSecond).sum([1, 2]) + matmul(FirstMean, start.b) + start.Kappa + start.Nu - perFrame;
        Tensor along = (pair.KInverse * Earlier).sum([1, 2]) + (pair.B * Cross).sum([1, 2]) + (pair.C * Later).sum([1, 2]) + Pairs * (pair.Nu - perFrame);
        return atStart + along;
    }

    /// <summary>Σ E[t(x)] over the batch in the layout of η: what conjugacy adds to the prior.</summary>
    /// <param name="startWeight">Weight of each sequence's first frame.</param>
    public LdsParameters Sum(double startWeight = 1)
    {
        Tensor starts = full([], startWeight * FirstMean.shape[0], FirstMean.dtype, FirstMean.device), pairs = Pairs.sum();
        return new LdsParameters(
            new NormalInverseWishart.Natural(startWeight * FirstSecond.sum([0L]), startWeight * FirstMean.sum([0L]), starts, starts.clone()),
            new MatrixNormalInverseWishart.Natural(Earlier.sum([0L]), Cross.sum([0L]), Later.sum([0L]), pairs));
    }

    /// <summary>The entry of each sequence's last frame, [B, ...] of [B, T, ...].</summary>
    internal static Tensor Last(Tensor values, Tensor? lengths)
    {
        if (lengths is null) return values.select(1, values.shape[1] - 1);
        Tensor rows = arange(values.shape[0], ScalarType.Int64, values.device);
        return values[TensorIndex.Tensor(rows), TensorIndex.Tensor(lengths - 1)];
    }
}
