using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>
/// The prior of the plain VAE, <c>x_t ~ N(0, I)</c> independently: the degenerate graphical model, with nothing to
/// learn about and with frames that do not speak to each other. Used for warm-up and for comparison.
/// </summary>
public sealed class IndependentNormal(int dimension) : IGraphicalModel<NoParameters>
{
    /// <inheritdoc/>
    public IExponentialFamily<NoParameters> Family { get; } = new NoParameters.Family();

    /// <inheritdoc/>
    public NoParameters Prior { get; } = new();

    /// <inheritdoc/>
    public int Dimension => dimension;

    /// <inheritdoc/>
    public object Configuration => new { Dimension = dimension };

    /// <summary>q(x_t) = N(h / (1 + J), 1 / (1 + J)), exactly.</summary>
    /// <exception cref="ArgumentException">There are labels, or the potentials' precisions are dense.</exception>
    public ILocalPosterior Infer(
        NoParameters expectedStatistics, NodePotentials potentials, Tensor? lengths = null, Tensor? noise = null, Tensor? labels = null)
    {
        RequireNone(labels, "labels");
        if (potentials.Dense) throw new ArgumentException("potentials.J: independent normal latents take diagonal precisions [B, T, n], got dense ones");
        potentials = potentials.WithoutPadding(lengths);
        Tensor precision = potentials.J + 1, mean = potentials.h / precision, variance = precision.reciprocal();
        Tensor mask = SequenceMask.Of(lengths, potentials.h.shape[0], potentials.h.shape[1], potentials.h.device);
        Tensor kl = (0.5 * (mean.square() + variance - 1 + precision.log()) * mask).sum([1, 2]);
        return new Normals(-kl, mean * mask, variance * mask, noise is null ? null : (mean + variance.sqrt() * noise) * mask, lengths);
    }

    /// <summary>Zero: there are no parameters to be a function of.</summary>
    public Tensor ExpectedLogPrior(NoParameters expectedStatistics, ILocalPosterior posterior) => zeros_like(posterior.NegativeKl);

    /// <inheritdoc/>
    public Tensor LogDensity(NoParameters expectedStatistics, Tensor paths, Tensor? lengths = null)
    {
        Tensor mask = SequenceMask.Of(lengths, paths.shape[0], paths.shape[1], paths.device);
        return (-0.5 * (paths.square() + Math.Log(2 * Math.PI)) * mask).sum([1, 2]);
    }

    /// <inheritdoc/>
    public LatentPaths Simulate(NoParameters eta, int count, int frames, Generator generator, Tensor? states = null)
    {
        RequireNone(states, "states");
        return new(randn([count, frames, dimension], ScalarType.Float64, generator: generator), null);
    }

    /// <summary>The future knows nothing of the past: independent draws.</summary>
    public LatentPaths Continue(NoParameters eta, ILocalPosterior posterior, Tensor? lengths, int frames, Generator generator, Tensor? states = null)
    {
        RequireNone(states, "states");
        Tensor samples = posterior.Samples;
        return new(randn([samples.shape[0], samples.shape[1], frames, dimension], ScalarType.Float64, samples.device, generator: generator), null);
    }

    private static void RequireNone(Tensor? states, string symbol)
    {
        if (states is not null) throw new ArgumentException($"{symbol}: independent normal latents have no discrete states");
    }

    private sealed record Normals(Tensor NegativeKl, Tensor Mean, Tensor Variance, Tensor? Sample, Tensor? Lengths) : ILocalPosterior
    {
        public Tensor Covariance => diag_embed(Variance);

        public Tensor Samples => Sample ?? throw LdsPosterior.NoSamples();

        public Tensor LogDensity(Tensor paths) => GaussianPaths.LogDensity(Mean, Covariance, null, Lengths, paths);
    }
}
