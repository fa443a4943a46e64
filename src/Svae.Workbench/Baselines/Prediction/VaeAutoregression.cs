using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// A plain VAE with a first-order vector autoregression on its codes, <c>x_{t+1} = A x_t + b</c>: dynamics found after the images were
/// learned, where an LDS-SVAE learns both together. Codes are the means of q(x_t); a prediction iterates the last one and decodes.
/// </summary>
/// <param name="Vae">The trained VAE.</param>
/// <param name="Coefficients">[A b], float64 [n, n + 1].</param>
public sealed record VaeAutoregression(StructuredVae<NoParameters> Vae, Tensor Coefficients) : IFramePredictor
{
    /// <summary>Fits the autoregression by ridge least squares on pairs of neighbouring frames that were both observed.</summary>
    /// <param name="vae">The trained VAE.</param>
    /// <param name="data">The recordings, taken whole.</param>
    /// <param name="ridge">Weight of |A|², in frames: the codes have about unit variance.</param>
    /// <exception cref="ArgumentException">The ridge is not positive, or no pair of frames was observed.</exception>
    public static VaeAutoregression Fit(StructuredVae<NoParameters> vae, Minibatches data, double ridge = 1)
    {
        if (!(ridge > 0)) throw new ArgumentException($"ridge: must be positive, got {ridge}");
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        long n = vae.Model.Dimension;
        Tensor moments = zeros([2 * n + 1, 2 * n + 1], ScalarType.Float64), pairs = zeros([], ScalarType.Float64);
        foreach (Batch batch in data.Whole())
        {
            using var inner = NewDisposeScope();
            Tensor x = vae.Infer(batch).Mean[0], observed = batch.Observed[0].to(ScalarType.Float64);
            long later = x.shape[0] - 1;
            Tensor before = x.narrow(0, 0, later), after = x.narrow(0, 1, later);
            Tensor weight = (observed.narrow(0, 0, later) * observed.narrow(0, 1, later)).unsqueeze(1);
            Tensor features = cat([after, before, ones_like(weight)], 1); // f = (x_{t+1}, x_t, 1)
            moments.add_(matmul((features * weight).t(), features));
            pairs.add_(weight.sum());
        }
        if (pairs.item<double>() < 1) throw new ArgumentException("data: no two neighbouring frames were observed");
        moments.narrow(0, n, n).narrow(1, n, n).add_(ridge * eye(n, dtype: ScalarType.Float64));
        Tensor coefficients = LinearRegimes.MostProbable(moments.unsqueeze(0), pairs.unsqueeze(0), n).Coefficients[0];
        return new VaeAutoregression(vae, coefficients.clone().DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor prefix, int steps)
    {
        Guard.Shape(prefix, "prefix", ("sequence", -1), ("time", -1), ("observed", -1));
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor last = prefix.narrow(1, prefix.shape[1] - 1, 1); // frames do not speak to each other in a plain VAE
        Tensor path = AffineMap.Iterate(Coefficients.to(last.device), Vae.Infer(Batch.Whole(last)).Mean.squeeze(1), steps);
        return Vae.Likelihood.Mean(path).MoveToOuterDisposeScope();
    }
}
