using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>
/// Gaussian mixture, each frame on its own: <c>z ~ π</c>, <c>x | z = k ~ N(μ_k, Σ_k)</c>. Local inference is the mean field q(x) q(z) of
/// <see cref="MixtureMeanField"/> (Johnson et al. 2016, section 2).
/// </summary>
/// <param name="settings">Sizes and prior.</param>
public sealed class GaussianMixture(MixtureSettings settings) : IStateModel<MixtureParameters>
{
    /// <summary>Sizes, prior and inner tolerance.</summary>
    public MixtureSettings Settings => settings;

    /// <inheritdoc/>
    public IExponentialFamily<MixtureParameters> Family { get; } = MixtureParameters.Family();

    /// <inheritdoc/>
    public MixtureParameters Prior { get; } = settings.Prior();

    /// <inheritdoc/>
    public int Dimension => settings.Dimension;

    /// <inheritdoc/>
    public object Configuration => settings;

    /// <inheritdoc/>
    public int States => settings.Components;

    /// <inheritdoc/>
    public ILocalPosterior Infer(
        MixtureParameters expectedStatistics, NodePotentials potentials, Tensor? lengths = null, Tensor? noise = null, Tensor? labels = null)
    {
        var (batch, frames, n) = (potentials.h.shape[0], potentials.h.shape[1], potentials.h.shape[2]);
        var (J, h) = potentials.WithoutPadding(lengths);
        Tensor? known = StateLabels.LogPotentials(labels, batch, frames, States);
        var field = MixtureMeanField.Infer(Potentials(expectedStatistics), J.flatten(0, 1), h.flatten(0, 1),
            noise?.reshape(-1, batch * frames, n), labels: known?.flatten(0, 1), options: settings.Inner);
        Tensor mask = SequenceMask.Of(lengths, batch, frames, h.device);
        return new MixturePosterior(field, expectedStatistics.Weights.Eta.detach(), mask, lengths);
    }

    /// <inheritdoc/>
    public Tensor ExpectedLogPrior(MixtureParameters expectedStatistics, ILocalPosterior posterior)
    {
        var own = (MixturePosterior)posterior;
        return own.PerSequence(MixtureMeanField.ExpectedPotential(Potentials(expectedStatistics), own.Field));
    }

    /// <summary>η of a start that scatters the components: means drawn from N(0, scale²), all else as in the prior.</summary>
    /// <param name="generator">Source of the means.</param>
    /// <param name="scale">Standard deviation of the means, latent units.</param>
    /// <param name="strength">How many points each mean is worth.</param>
    public MixtureParameters Scattered(Generator generator, double scale = 3, double strength = 0.5)
    {
        using var mode = no_grad();
        var prior = NormalInverseWishart.ToStandard(Prior.Components);
        Tensor means = scale * randn(prior.m.shape, ScalarType.Float64, prior.m.device, generator: generator);
        return Prior with { Components = NormalInverseWishart.FromStandard(prior with { m = means, Kappa = full_like(prior.Kappa, strength) }) };
    }

    /// <summary>
    /// η with components merged two by two for as long as the evidence of the points rises: for between two phases of training, since mean
    /// field by itself does not leave a local optimum in which two components share a cluster. Those that joined others are back at the prior.
    /// </summary>
    /// <param name="eta">η.</param>
    public MixtureParameters Merged(MixtureParameters eta) => ComponentMerging.Merge(eta, Prior);

    /// <inheritdoc/>
    public MixtureParameters Posterior(IReadOnlyList<Tensor> latents, IReadOnlyList<int[]> states, int starts)
    {
        using var mode = no_grad();
        NormalInverseWishart.Natural given = new LabelledPaths(latents, states, States).Components(1);
        return new MixtureParameters(new Dirichlet.Natural(Prior.Weights.Eta + given.Kappa), given.Plus(Prior.Components));
    }

    /// <inheritdoc/>
    public LatentPaths SamplePosterior(
        MixtureParameters expectedStatistics, NodePotentials potentials, int count, Generator generator, Tensor? lengths = null, Tensor? labels = null, int sweeps = 20)
    {
        Tensor? known = StateLabels.LogPotentials(labels, potentials.h.shape[0], potentials.h.shape[1], States);
        var (latents, states) = SldsGibbs.Sample(AsStates(expectedStatistics), potentials.J, potentials.h, count, generator, lengths, known, sweeps);
        return new LatentPaths(latents, states);
    }

    /// <inheritdoc/>
    public (IStateModel<MixtureParameters> Model, MixtureParameters Parameters) Keep(MixtureParameters eta, IReadOnlyList<int> states)
    {
        Tensor kept = StateLabels.Kept(states, States);
        return (new GaussianMixture(settings with { Components = states.Count }), new MixtureParameters(eta.Weights.Select(kept), eta.Components.Select(kept)));
    }

    /// <inheritdoc/>
    public Tensor LogDensity(MixtureParameters expectedStatistics, Tensor paths, Tensor? lengths = null)
    {
        var potentials = Potentials(expectedStatistics);
        Tensor joint = potentials.AverageOverPoints(paths.flatten(0, 1), zeros([1], paths.dtype, paths.device)) + potentials.LogWeights;
        Tensor each = joint.logsumexp(1).reshape(paths.shape[0], paths.shape[1]);
        return (each * SequenceMask.Of(lengths, each.shape[0], each.shape[1], each.device).squeeze(2)).sum(1);
    }

    /// <inheritdoc/>
    public LatentPaths Simulate(MixtureParameters eta, int count, int frames, Generator generator, Tensor? states = null) =>
        AncestralSampling.Of(eta).Simulate(count, frames, generator, states);

    /// <inheritdoc/>
    public LatentPaths Continue(MixtureParameters eta, ILocalPosterior posterior, Tensor? lengths, int frames, Generator generator, Tensor? states = null) =>
        AncestralSampling.Of(eta).Continue(posterior, lengths, frames, generator, states);

    /// <summary>The potentials exp E_q(θ) log p(x, z|θ), linear in E[t(θ)].</summary>
    public static MixturePotentials Potentials(MixtureParameters expectedStatistics)
    {
        var (J, h, c) = NormalPotentials.Of(expectedStatistics.Components);
        return new MixturePotentials(J, h, c, expectedStatistics.Weights.Eta);
    }

    /// <summary>The same as potentials along time: a state that forgets the one before.</summary>
    private static SldsPotentials AsStates(MixtureParameters expectedStatistics)
    {
        Dirichlet.Natural weights = expectedStatistics.Weights;
        Tensor rows = weights.Eta.expand(weights.Eta.shape[0], weights.Eta.shape[0]);
        return HiddenMarkovModel.Potentials(new HmmParameters(weights, new Dirichlet.Natural(rows), expectedStatistics.Components));
    }
}

/// <summary>The local posterior Π q(x_t) q(z_t) of a mixture.</summary>
/// <param name="Field">The mean field of all frames, one point each.</param>
/// <param name="LogWeights">Expected log weights of the components, shape [K].</param>
/// <param name="Mask">1 within a sequence and 0 past its end, shape [B, T, 1].</param>
/// <param name="Lengths">Length of each sequence, int64 [B]; null when all have T.</param>
public sealed record MixturePosterior(MixtureMeanFieldPosterior Field, Tensor LogWeights, Tensor Mask, Tensor? Lengths) : IStatePosterior
{
    /// <inheritdoc/>
    public Tensor NegativeKl => PerSequence(Field.NegativeKl);

    /// <inheritdoc/>
    public Tensor Mean => Field.Mean.reshape(Mask.shape[0], Mask.shape[1], -1) * Mask;

    /// <inheritdoc/>
    public Tensor Covariance => Field.Covariance.reshape(Mask.shape[0], Mask.shape[1], Field.Mean.shape[1], -1) * Mask.unsqueeze(3);

    /// <inheritdoc/>
    public Tensor Samples => (Field.Samples ?? throw LdsPosterior.NoSamples()).reshape(-1, Mask.shape[0], Mask.shape[1], Field.Mean.shape[1]) * Mask;

    /// <inheritdoc/>
    public Tensor StateMarginals => Field.Responsibilities.reshape(Mask.shape[0], Mask.shape[1], -1) * Mask;

    /// <inheritdoc/>
    public Tensor MostProbableStates() => StateMarginals.argmax(2).masked_fill(Mask.squeeze(2) == 0, -1);

    /// <summary>Frames do not speak to each other: the weights.</summary>
    public Tensor StateMarginalsWithout(long frame) => LogWeights.softmax(0) * Mask.select(1, frame);

    /// <inheritdoc/>
    public FixedPointReport Report => Field.Report;

    /// <inheritdoc/>
    public Tensor LogDensity(Tensor paths) => GaussianPaths.LogDensity(Mean, Covariance, null, Lengths, paths);

    /// <summary>Values of points, [B · T], summed over each sequence's frames, [B].</summary>
    internal Tensor PerSequence(Tensor values) => (values.reshape(Mask.shape[0], Mask.shape[1]) * Mask.squeeze(2)).sum(1);
}
