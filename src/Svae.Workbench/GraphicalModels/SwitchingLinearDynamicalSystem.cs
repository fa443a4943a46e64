using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>
/// Switching linear dynamical system with affine dynamics (Johnson et al. 2016, section 4.2):
/// <c>z_{t+1} | z_t ~ A[z_t, ·]</c>, <c>x_{t+1} | x_t, z_{t+1} = k ~ N(A_k x_t + b_k, Q_k)</c>, <c>x_1 | z_1 = k ~ N(μ_k, Σ_k)</c>.
/// Local inference is the structured mean field q(x) q(z) of <see cref="SldsMeanField"/>.
/// </summary>
/// <param name="settings">Sizes and prior.</param>
public sealed class SwitchingLinearDynamicalSystem(SldsSettings settings)
    : SwitchingModel<SldsParameters>(SldsParameters.Family(), settings.Prior(), settings.Dimension, settings.States, settings.StateWeight, settings.Inner)
{
    /// <summary>Sizes, prior and inner tolerance.</summary>
    public SldsSettings Settings => settings;

    /// <inheritdoc/>
    public override object Configuration => settings;

    /// <inheritdoc/>
    public override SldsParameters Posterior(IReadOnlyList<Tensor> latents, IReadOnlyList<int[]> states, int starts)
    {
        using var mode = no_grad();
        var given = new LabelledPaths(latents, states, States);
        var (initial, transition, start, dynamics) = Prior;
        return new SldsParameters(
            new Dirichlet.Natural(initial.Eta + given.Initial(starts)), new Dirichlet.Natural(transition.Eta + given.Transitions()),
            given.Starts(starts).Plus(start), given.Pairs().Plus(dynamics));
    }

    /// <inheritdoc/>
    public override (IStateModel<SldsParameters> Model, SldsParameters Parameters) Keep(SldsParameters eta, IReadOnlyList<int> states)
    {
        Tensor kept = StateLabels.Kept(states, States);
        return (new SwitchingLinearDynamicalSystem(settings with { States = states.Count }), new SldsParameters(
            eta.Initial.Select(kept), new Dirichlet.Natural(eta.Transition.Eta.index_select(0, kept).index_select(1, kept)),
            eta.InitialState.Select(kept), eta.Dynamics.Select(kept)));
    }

    /// <summary>The potentials exp E_q(θ) log p(x, z|θ), linear in E[t(θ)].</summary>
    public static SldsPotentials Potentials(SldsParameters expectedStatistics)
    {
        NormalPotentials start = NormalPotentials.Of(expectedStatistics.InitialState);
        TransitionPotentials pair = TransitionPotentials.Of(expectedStatistics.Dynamics);
        return new SldsPotentials(start.J, start.h, start.c, pair.J11, pair.J12, pair.J22, pair.g1, pair.g2, pair.c,
            expectedStatistics.Initial.Eta, expectedStatistics.Transition.Eta);
    }

    private protected override SldsPotentials Switching(SldsParameters expectedStatistics) => Potentials(expectedStatistics);

    private protected override AncestralSampling Sampling(SldsParameters eta) => AncestralSampling.Of(eta);
}
