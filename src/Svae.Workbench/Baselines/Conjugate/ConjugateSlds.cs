using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// Switching linear dynamical system with linear-Gaussian emission <c>y_t = C x_t + d + N(0, R)</c>, for instance of principal components:
/// what an SLDS-SVAE is without its networks. Its local factor is the structured mean field q(x) q(z) of <see cref="SldsMeanField"/>
/// (Ghahramani and Hinton 2000).
/// </summary>
/// <param name="settings">Sizes and prior of the system.</param>
/// <param name="emission">Observation size and prior of the emission, which all states share.</param>
public sealed class ConjugateSlds(SldsSettings settings, LinearGaussianEmission emission) : IConjugateModel<WithEmission<SldsParameters>>
{
    /// <summary>The latent system.</summary>
    public SwitchingLinearDynamicalSystem Model { get; } = new(settings);

    /// <inheritdoc/>
    public IExponentialFamily<WithEmission<SldsParameters>> Family { get; } = WithEmission<SldsParameters>.Family(SldsParameters.Family());

    /// <inheritdoc/>
    public WithEmission<SldsParameters> Prior { get; } = new(settings.Prior(), emission.Prior(settings.Dimension));

    /// <inheritdoc/>
    public LocalOptimum Expect(WithEmission<SldsParameters> expectedStatistics, Batch batch, Tensor? start = null)
    {
        var (y, observed) = ConjugateStep.Data(batch, emission.Observed);
        var (field, bound) = Infer(expectedStatistics, batch, start);
        // The factor is held fixed in the gradient, so that the M-step is exact wherever the iteration stopped.
        var (potentials, constant) = LinearGaussianEmission.Potentials(expectedStatistics.Emission, y, observed);
        Tensor node = NodeMoments.Expected(potentials.J, potentials.h, field.Chain.Mean, field.Chain.Covariance).sum(1);
        Tensor linear = SldsMeanField.ExpectedPotential(
            SwitchingLinearDynamicalSystem.Potentials(expectedStatistics.System), field, settings.StateWeight) + node + constant;
        return new LocalOptimum(linear + (bound - linear).detach(), field.States.Marginals);
    }

    /// <summary>q(x) q(z) of each sequence, and the bound, nats, [B]; without gradients.</summary>
    /// <param name="expectedStatistics">E_q(θ)[t(θ)], or t(θ̂) of a point estimate.</param>
    /// <param name="batch">Observations.</param>
    /// <param name="start">State marginals to start from, [B, T, K].</param>
    public (SldsMeanFieldPosterior Field, Tensor Bound) Infer(WithEmission<SldsParameters> expectedStatistics, Batch batch, Tensor? start = null)
    {
        using var mode = no_grad();
        var (y, observed) = ConjugateStep.Data(batch, emission.Observed);
        var (potentials, constant) = LinearGaussianEmission.Potentials(expectedStatistics.Emission, y, observed);
        SldsMeanFieldPosterior field = SldsMeanField.Infer(SwitchingLinearDynamicalSystem.Potentials(expectedStatistics.System),
            potentials.J, potentials.h, batch.Lengths, start: start, labels: Labels(batch), stateWeight: settings.StateWeight, options: settings.Inner);
        return (field, field.Surrogate + constant);
    }

    /// <summary>The most probable state path of each sequence, int64 [B, T], −1 past a sequence's end.</summary>
    public Tensor MostProbableStates(WithEmission<SldsParameters> expectedStatistics, Batch batch)
    {
        SldsPotentials potentials = SwitchingLinearDynamicalSystem.Potentials(expectedStatistics.System);
        return SwitchingPosterior.Of(Infer(expectedStatistics, batch).Field, potentials, batch.Lengths, Labels(batch), settings.StateWeight).MostProbableStates();
    }

    /// <summary>η of q(θ) when x and z are known: the exact conjugate update. From the prior alone a fit cannot start.</summary>
    /// <param name="latents">x, float64 [T_i, n]: for instance whitened principal components of the observations.</param>
    /// <param name="states">z, one for each frame: for instance of an AR-HMM or k-means.</param>
    /// <param name="observations">y, [T_i, D].</param>
    public WithEmission<SldsParameters> Posterior(
        IReadOnlyList<Tensor> latents, IReadOnlyList<int[]> states, IReadOnlyList<Tensor> observations)
    {
        using var mode = no_grad();
        return new(Model.Posterior(latents, states, latents.Count), Prior.Emission.Plus(LinearGaussianEmission.Statistics(latents, observations)));
    }

    /// <inheritdoc/>
    public WithEmission<SldsParameters> StatisticsAtMode(WithEmission<SldsParameters> eta) =>
        new(SystemAtMode(eta.System), PosteriorMode.Of(eta.Emission));

    private Tensor? Labels(Batch batch) =>
        StateLabels.LogPotentials(batch.Labels, batch.Observations.shape[0], batch.Observations.shape[1], settings.States);

    /// <summary>t(θ̂) of the switching system alone.</summary>
    internal static SldsParameters SystemAtMode(SldsParameters eta) => new(
        PosteriorMode.Of(eta.Initial), PosteriorMode.Of(eta.Transition), PosteriorMode.Of(eta.InitialState), PosteriorMode.Of(eta.Dynamics));
}
