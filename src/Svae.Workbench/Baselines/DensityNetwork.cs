using Svae.Workbench.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>How a <see cref="DensityNetwork"/> is trained.</summary>
public sealed record DensityNetworkSettings
{
    /// <summary>Samples of x from its prior for each step; all points of a minibatch share them.</summary>
    public int Samples { get; init; } = 500;

    /// <summary>Steps of Adam.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>Points in a minibatch.</summary>
    public int BatchSize { get; init; } = 100;

    /// <summary>Adam's rate.</summary>
    public double LearningRate { get; init; } = 1e-2;
}

/// <summary>
/// Density network (MacKay 1995; MacKay and Gibbs 1999): <c>p(y) = ∫ p(y | x; γ) N(x; 0, I) dx</c>, the integral taken by plain Monte Carlo
/// over the prior, <c>log (1/S) Σ_s p(y | x_s)</c>, x_s ~ N(0, I): a decoder without a recognition network. The estimate lies below log p(y)
/// on average, the less the more samples; in more than a few latent dimensions hardly a sample explains a given y.
/// </summary>
/// <param name="latent">Latent dimension n.</param>
/// <param name="likelihood">The decoder with its likelihood, which must broadcast samples x of shape [S, 1, 1, n] over points y [1, N, D].</param>
public sealed class DensityNetwork(int latent, ILikelihood likelihood)
{
    /// <summary>The decoder with its likelihood, weights γ.</summary>
    public ILikelihood Likelihood => likelihood;

    /// <summary>Climbs the Monte Carlo estimate of the mean log-likelihood.</summary>
    /// <param name="points">y, float32 [N, D].</param>
    /// <param name="settings">Samples, steps, rate.</param>
    /// <param name="generator">Source of samples and minibatches.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancel">Stops between two steps.</param>
    /// <returns>The estimate at each step, nats per point.</returns>
    /// <exception cref="ArgumentException">Points that are not [N, D] or not finite, or a likelihood without weights.</exception>
    /// <exception cref="NonFiniteException">The estimate is not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the network is usable.</exception>
    public IReadOnlyList<double> Fit(
        Tensor points, DensityNetworkSettings settings, Generator generator, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        Guard.Shape(points, "points", ("point", -1), ("observed", -1));
        Guard.Finite(points, "points");
        if (likelihood is not nn.Module module) throw new ArgumentException("likelihood: expected a module with weights to train");
        using var optimizer = optim.Adam(module.parameters(), lr: settings.LearningRate);
        var trace = new List<double>();
        for (int step = 0; step < settings.Steps; step++)
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            Tensor chosen = randint(0, points.shape[0], [Math.Min(settings.BatchSize, points.shape[0])], generator: generator).to(points.device);
            Tensor estimate = Estimate(points.index_select(0, chosen), settings.Samples, generator).mean();
            trace.Add(estimate.item<double>());
            if (!double.IsFinite(trace[^1])) throw new NonFiniteException("log-likelihood", trace[^1]);
            optimizer.zero_grad();
            (-estimate).backward();
            optimizer.step();
            progress?.Report(new WorkProgress("density network", (step + 1.0) / settings.Steps, $"{trace[^1]:f3} nats/point"));
        }
        return trace;
    }

    /// <summary>The Monte Carlo estimate of log p(y) of each point, float64 [N].</summary>
    /// <param name="points">y, float32 [N, D].</param>
    /// <param name="generator">Source of the samples, which all points share.</param>
    /// <param name="samples">S.</param>
    public Tensor LogDensity(Tensor points, Generator generator, int samples = 10_000)
    {
        const int Block = 1_000; // samples at a time, so that memory does not grow with S
        Guard.Shape(points, "points", ("point", -1), ("observed", -1));
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor total = full(points.shape[0], double.NegativeInfinity, ScalarType.Float64, points.device);
        for (int done = 0; done < samples; done += Block)
        {
            using var inner = NewDisposeScope();
            int count = Math.Min(Block, samples - done);
            total = logaddexp(total, Estimate(points, count, generator) + Math.Log(count)).MoveToOuterDisposeScope();
        }
        return (total - Math.Log(samples)).MoveToOuterDisposeScope();
    }

    /// <summary>log (1/S) Σ_s p(y | x_s), float64 [N]; differentiable with respect to γ.</summary>
    private Tensor Estimate(Tensor points, int samples, Generator generator)
    {
        Tensor x = randn([samples, 1, 1, latent], ScalarType.Float64, generator: generator).to(points.device);
        Tensor each = likelihood.LogLikelihood(points.unsqueeze(0), x).to(ScalarType.Float64); // [S, 1, N]
        return each.squeeze(1).logsumexp(0) - Math.Log(samples);
    }
}
