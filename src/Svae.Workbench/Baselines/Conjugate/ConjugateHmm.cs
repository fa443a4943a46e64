using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// Hidden Markov model with Gaussian emissions, <c>z_{t+1} | z_t ~ A[z_t, ·]</c>, <c>y_t | z_t = k ~ N(μ_k, Σ_k)</c> (Rabiner 1989;
/// Beal 2003, chapter 3).
/// </summary>
/// <param name="settings">Sizes and prior; the dimension is that of the observations.</param>
public sealed class ConjugateHmm(HmmSettings settings) : IConjugateModel<HmmParameters>
{
    /// <summary>The same model as a prior on latents: it simulates, and makes η of labelled frames.</summary>
    public HiddenMarkovModel Model { get; } = new(settings);

    /// <inheritdoc/>
    public IExponentialFamily<HmmParameters> Family => Model.Family;

    /// <inheritdoc/>
    public HmmParameters Prior => Model.Prior;

    /// <inheritdoc/>
    public LocalOptimum Expect(HmmParameters expectedStatistics, Batch batch, Tensor? start = null) =>
        new(Infer(expectedStatistics, batch).LogZ);

    /// <summary>q(z): marginals, log-partition function, expected transition counts.</summary>
    public HmmPosterior Infer(HmmParameters expectedStatistics, Batch batch) =>
        ForwardBackward.Infer(Potentials(expectedStatistics, batch), batch.Lengths);

    /// <summary>The most probable state path of each sequence, int64 [B, T], −1 past a sequence's end.</summary>
    public Tensor MostProbableStates(HmmParameters expectedStatistics, Batch batch) =>
        ForwardBackward.MostProbablePath(Potentials(expectedStatistics, batch), batch.Lengths);

    /// <inheritdoc/>
    public HmmParameters StatisticsAtMode(HmmParameters eta) =>
        new(PosteriorMode.Of(eta.Initial), PosteriorMode.Of(eta.Transition), PosteriorMode.Of(eta.Components));

    private HmmPotentials Potentials(HmmParameters expectedStatistics, Batch batch)
    {
        var (y, observed) = ConjugateStep.Data(batch, settings.Dimension);
        return new HmmPotentials(expectedStatistics.Initial.Eta, expectedStatistics.Transition.Eta,
            ConjugateStep.Labelled(ConjugateMixture.ComponentEvidence(expectedStatistics.Components, y, observed), batch));
    }
}
