using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// Gaussian mixture of the observations themselves, <c>z_t ~ π</c>, <c>y_t | z_t = k ~ N(μ_k, Σ_k)</c>: the plain mixture that a GMM-SVAE is
/// compared with (Bishop 2006, section 10.2).
/// </summary>
/// <param name="settings">Sizes and prior; the dimension is that of the observations.</param>
public sealed class ConjugateMixture(MixtureSettings settings) : IConjugateModel<MixtureParameters>
{
    /// <summary>The same mixture as a prior on latents: it simulates, and makes η of labelled points.</summary>
    public GaussianMixture Model { get; } = new(settings);

    /// <inheritdoc/>
    public IExponentialFamily<MixtureParameters> Family => Model.Family;

    /// <inheritdoc/>
    public MixtureParameters Prior => Model.Prior;

    /// <inheritdoc/>
    public LocalOptimum Expect(MixtureParameters expectedStatistics, Batch batch, Tensor? start = null) =>
        new(LogDensity(expectedStatistics, batch).sum(1));

    /// <summary>log Σ_k π_k N(y_t; μ_k, Σ_k) of each frame at the given statistics, shape [B, T]; 0 where a frame is missing.</summary>
    public Tensor LogDensity(MixtureParameters expectedStatistics, Batch batch)
    {
        var (joint, observed) = Joint(expectedStatistics, batch);
        return joint.logsumexp(2) * observed;
    }

    /// <summary>q(z_t = k), shape [B, T, K]; that of the prior where a frame is missing.</summary>
    public Tensor Responsibilities(MixtureParameters expectedStatistics, Batch batch) => Joint(expectedStatistics, batch).Joint.softmax(2);

    /// <inheritdoc/>
    public MixtureParameters StatisticsAtMode(MixtureParameters eta) => new(PosteriorMode.Of(eta.Weights), PosteriorMode.Of(eta.Components));

    private (Tensor Joint, Tensor Observed) Joint(MixtureParameters expectedStatistics, Batch batch)
    {
        var (y, observed) = ConjugateStep.Data(batch, settings.Dimension);
        Tensor joint = ComponentEvidence(expectedStatistics.Components, y, observed) + expectedStatistics.Weights.Eta;
        return (ConjugateStep.Labelled(joint, batch), observed);
    }

    /// <summary>E_q(θ) log N(y_t; μ_k, Σ_k), shape [B, T, K]; 0 where a frame is missing.</summary>
    internal static Tensor ComponentEvidence(NormalInverseWishart.Natural components, Tensor y, Tensor observed)
    {
        var (J, h, c) = NormalPotentials.Of(components);
        Tensor evidence = new MixturePotentials(J, h, c, c).AverageOverPoints(y.flatten(0, 1), zeros([1], y.dtype, y.device));
        return evidence.reshape(y.shape[0], y.shape[1], -1) * observed.unsqueeze(2);
    }
}
