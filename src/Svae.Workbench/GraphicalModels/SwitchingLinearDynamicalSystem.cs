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
public sealed class SwitchingLinearDynamicalSystem(SldsSettings settings) : IGraphicalModel<SldsParameters>
{
    /// <summary>Sizes, prior and inner tolerance.</summary>
    public SldsSettings Settings => settings;

    /// <inheritdoc/>
    public IExponentialFamily<SldsParameters> Family { get; } = new SldsParameters.Family();

    /// <inheritdoc/>
    public SldsParameters Prior { get; } = settings.Prior();

    /// <inheritdoc/>
    public int Dimension => settings.Dimension;

    /// <summary>The most probable state path of each sequence under q(z), int64 [B, T], −1 past a sequence's end.</summary>
    public Tensor MostProbablePath(SldsParameters expectedStatistics, SldsMeanFieldPosterior field, Tensor? lengths = null) =>
        ForwardBackward.MostProbablePath(new HmmPotentials(
            expectedStatistics.Initial.Eta, expectedStatistics.Transition.Eta, field.Evidence / settings.StateWeight), lengths);

    /// <inheritdoc/>
    public ILocalPosterior Infer(SldsParameters expectedStatistics, NodePotentials potentials, Tensor? lengths = null, Tensor? noise = null) =>
        new SldsPosterior(InferStates(expectedStatistics, potentials, lengths, noise));

    /// <summary>The same inference, with everything that it found: state marginals, evidence, moments, report.</summary>
    public SldsMeanFieldPosterior InferStates(
        SldsParameters expectedStatistics, NodePotentials potentials, Tensor? lengths = null, Tensor? noise = null) =>
        SldsMeanField.Infer(Potentials(expectedStatistics), potentials.J, potentials.h, lengths, noise,
            stateWeight: settings.StateWeight, options: settings.Inner);

    /// <inheritdoc/>
    public Tensor ExpectedLogPrior(SldsParameters expectedStatistics, ILocalPosterior posterior) =>
        SldsMeanField.ExpectedPotential(Potentials(expectedStatistics), ((SldsPosterior)posterior).Field, settings.StateWeight);

    /// <summary>
    /// The potentials exp E_q(θ) log p(x, z|θ), linear in E[t(θ)]. With t = (−½ÃᵀΛÃ, ÃᵀΛ, −½Λ, ½log|Λ|) of Ã = [A b]:
    /// J11 = AᵀΛA, J12 = −AᵀΛ, J22 = Λ, g1 = −AᵀΛb, g2 = Λb, c = ½log|Λ| − ½bᵀΛb − (n/2) log 2π.
    /// </summary>
    public static SldsPotentials Potentials(SldsParameters expectedStatistics)
    {
        var (start, pair) = (expectedStatistics.InitialState, expectedStatistics.Dynamics);
        long n = pair.C.shape[^1];
        double logNormaliser = 0.5 * n * Math.Log(2 * Math.PI);
        Tensor square = pair.KInverse; // E[−½ÃᵀΛÃ], [K, n + 1, n + 1]
        return new SldsPotentials(
            J0: -2 * start.A,
            h0: start.b,
            c0: start.Nu + start.Kappa - logNormaliser,
            J11: -2 * square.narrow(1, 0, n).narrow(2, 0, n),
            J12: -pair.B.narrow(1, 0, n),
            J22: -2 * pair.C,
            g1: 2 * square.narrow(1, 0, n).select(2, n),
            g2: pair.B.select(1, n),
            c: pair.Nu + square.select(1, n).select(1, n) - logNormaliser,
            LogInitial: expectedStatistics.Initial.Eta,
            LogTransition: expectedStatistics.Transition.Eta);
    }
}

/// <summary>The local posterior of an SLDS.</summary>
/// <param name="Field">The structured mean field behind it.</param>
public sealed record SldsPosterior(SldsMeanFieldPosterior Field) : ILocalPosterior
{
    /// <inheritdoc/>
    public Tensor NegativeKl => Field.NegativeKl;

    /// <inheritdoc/>
    public Tensor Mean => Field.Chain.Mean;

    /// <inheritdoc/>
    public Tensor Samples => Field.Chain.Samples ?? throw new InvalidOperationException("Samples: inference was given no noise; pass noise [S, B, T, n].");

    /// <summary>p(z_t = k), shape [B, T, K].</summary>
    public Tensor StateMarginals => Field.States.Marginals;
}
