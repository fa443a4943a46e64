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

    /// <summary>q(x_t) = N(h / (1 + J), 1 / (1 + J)), exactly.</summary>
    public ILocalPosterior Infer(NoParameters expectedStatistics, NodePotentials potentials, Tensor? lengths = null, Tensor? noise = null)
    {
        Tensor precision = potentials.J + 1, mean = potentials.h / precision, variance = precision.reciprocal();
        Tensor mask = SequenceMask.Of(lengths, potentials.h.shape[0], potentials.h.shape[1], potentials.h.device);
        Tensor kl = (0.5 * (mean.square() + variance - 1 + precision.log()) * mask).sum([1, 2]);
        return new Posterior(-kl, mean * mask, noise is null ? null : (mean + variance.sqrt() * noise) * mask);
    }

    /// <summary>Zero: there are no parameters to be a function of.</summary>
    public Tensor ExpectedLogPrior(NoParameters expectedStatistics, ILocalPosterior posterior) => zeros_like(posterior.NegativeKl);

    private sealed record Posterior(Tensor NegativeKl, Tensor Mean, Tensor? Sample) : ILocalPosterior
    {
        public Tensor Samples => Sample ?? throw new InvalidOperationException("Samples: inference was given no noise; pass noise [S, B, T, n].");
    }
}
