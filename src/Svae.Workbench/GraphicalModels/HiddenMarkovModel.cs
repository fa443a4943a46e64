using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>
/// Hidden Markov model with Gaussian latents: <c>z_{t+1} | z_t ~ A[z_t, ·]</c>, <c>x_t | z_t = k ~ N(μ_k, Σ_k)</c>. Local inference is the
/// structured mean field Π_t q(x_t) q(z) of <see cref="SldsMeanField"/>, of which it is the case without couplings between frames.
/// </summary>
/// <param name="settings">Sizes and prior.</param>
public sealed class HiddenMarkovModel(HmmSettings settings) : IStateModel<HmmParameters>
{
    /// <summary>Sizes, prior and inner tolerance.</summary>
    public HmmSettings Settings => settings;

    /// <inheritdoc/>
    public IExponentialFamily<HmmParameters> Family { get; } = HmmParameters.Family();

    /// <inheritdoc/>
    public HmmParameters Prior { get; } = settings.Prior();

    /// <inheritdoc/>
    public int Dimension => settings.Dimension;

    /// <inheritdoc/>
    public object Configuration => settings;

    /// <inheritdoc/>
    public int States => settings.States;

    /// <inheritdoc/>
    public ILocalPosterior Infer(
        HmmParameters expectedStatistics, NodePotentials potentials, Tensor? lengths = null, Tensor? noise = null, Tensor? labels = null) =>
        SwitchingPosterior.Infer(Potentials(expectedStatistics), potentials, lengths, noise, labels, settings.StateWeight, settings.Inner);

    /// <inheritdoc/>
    public Tensor ExpectedLogPrior(HmmParameters expectedStatistics, ILocalPosterior posterior) =>
        SldsMeanField.ExpectedPotential(Potentials(expectedStatistics), ((SwitchingPosterior)posterior).Field, settings.StateWeight);

    /// <inheritdoc/>
    public HmmParameters Posterior(IReadOnlyList<Tensor> latents, IReadOnlyList<int[]> states, int starts)
    {
        using var mode = no_grad();
        var given = new LabelledPaths(latents, states, States);
        var (initial, transition, components) = Prior;
        return new HmmParameters(
            new Dirichlet.Natural(initial.Eta + given.Initial(starts)), new Dirichlet.Natural(transition.Eta + given.Transitions()),
            given.Components(1).Plus(components));
    }

    /// <inheritdoc/>
    public LatentPaths SamplePosterior(
        HmmParameters expectedStatistics, NodePotentials potentials, int count, Generator generator, Tensor? lengths = null, Tensor? labels = null, int sweeps = 20)
    {
        Tensor? known = StateLabels.LogPotentials(labels, potentials.h.shape[0], potentials.h.shape[1], States);
        var (latents, states) = SldsGibbs.Sample(Potentials(expectedStatistics), potentials.J, potentials.h, count, generator, lengths, known, sweeps);
        return new LatentPaths(latents, states);
    }

    /// <inheritdoc/>
    public (IStateModel<HmmParameters> Model, HmmParameters Parameters) Keep(HmmParameters eta, IReadOnlyList<int> states)
    {
        Tensor kept = StateLabels.Kept(states, States);
        return (new HiddenMarkovModel(settings with { States = states.Count }), new HmmParameters(
            eta.Initial.Select(kept), new Dirichlet.Natural(eta.Transition.Eta.index_select(0, kept).index_select(1, kept)), eta.Components.Select(kept)));
    }

    /// <inheritdoc/>
    public Tensor LogDensity(HmmParameters expectedStatistics, Tensor paths, Tensor? lengths = null) =>
        Potentials(expectedStatistics).LogDensity(paths, lengths);

    /// <inheritdoc/>
    public LatentPaths Simulate(HmmParameters eta, int count, int frames, Generator generator, Tensor? states = null) =>
        AncestralSampling.Of(eta).Simulate(count, frames, generator, states);

    /// <inheritdoc/>
    public LatentPaths Continue(HmmParameters eta, ILocalPosterior posterior, Tensor? lengths, int frames, Generator generator, Tensor? states = null) =>
        AncestralSampling.Of(eta).Continue(posterior, lengths, frames, generator, states);

    /// <summary>The potentials exp E_q(θ) log p(x, z|θ) as those of a switching system whose frames do not depend on the frame before.</summary>
    public static SldsPotentials Potentials(HmmParameters expectedStatistics)
    {
        var (J, h, c) = NormalPotentials.Of(expectedStatistics.Components);
        Tensor none = zeros_like(J);
        return new SldsPotentials(J, h, c, none, none, J, zeros_like(h), h, c, expectedStatistics.Initial.Eta, expectedStatistics.Transition.Eta);
    }
}
