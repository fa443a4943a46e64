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
public sealed class HiddenMarkovModel(HmmSettings settings)
    : SwitchingModel<HmmParameters>(HmmParameters.Family(), settings.Prior(), settings.Dimension, settings.States, settings.StateWeight, settings.Inner)
{
    /// <summary>Sizes, prior and inner tolerance.</summary>
    public HmmSettings Settings => settings;

    /// <inheritdoc/>
    public override object Configuration => settings;

    /// <inheritdoc/>
    public override HmmParameters Posterior(IReadOnlyList<Tensor> latents, IReadOnlyList<int[]> states, int starts)
    {
        using var mode = no_grad();
        var given = new LabelledPaths(latents, states, States);
        var (initial, transition, components) = Prior;
        return new HmmParameters(
            new Dirichlet.Natural(initial.Eta + given.Initial(starts)), new Dirichlet.Natural(transition.Eta + given.Transitions()),
            given.Components(1).Plus(components));
    }

    /// <inheritdoc/>
    public override (IStateModel<HmmParameters> Model, HmmParameters Parameters) Keep(HmmParameters eta, IReadOnlyList<int> states)
    {
        Tensor kept = StateLabels.Kept(states, States);
        return (new HiddenMarkovModel(settings with { States = states.Count }), new HmmParameters(
            eta.Initial.Select(kept), new Dirichlet.Natural(eta.Transition.Eta.index_select(0, kept).index_select(1, kept)), eta.Components.Select(kept)));
    }

    /// <summary>The potentials exp E_q(θ) log p(x, z|θ) as those of a switching system whose frames do not depend on the frame before.</summary>
    public static SldsPotentials Potentials(HmmParameters expectedStatistics)
    {
        var (J, h, c) = NormalPotentials.Of(expectedStatistics.Components);
        Tensor none = zeros_like(J);
        return new SldsPotentials(J, h, c, none, none, J, zeros_like(h), h, c, expectedStatistics.Initial.Eta, expectedStatistics.Transition.Eta);
    }

    private protected override SldsPotentials Switching(HmmParameters expectedStatistics) => Potentials(expectedStatistics);

    private protected override AncestralSampling Sampling(HmmParameters eta) => AncestralSampling.Of(eta);
}
