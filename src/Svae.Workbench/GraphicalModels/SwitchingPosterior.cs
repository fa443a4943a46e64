using Svae.Workbench.MessagePassing;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>The local posterior q(x) q(z) of a model with discrete states along time: a hidden Markov model or a switching system.</summary>
/// <param name="Field">The structured mean field behind it.</param>
/// <param name="Lengths">Length of each sequence, int64 [B]; null when all have T.</param>
/// <param name="StateChain">The hidden Markov model that q(z) is: expected log probabilities, and as evidence r / β with what was known of the states.</param>
public sealed record SwitchingPosterior(SldsMeanFieldPosterior Field, Tensor? Lengths, HmmPotentials StateChain) : IStatePosterior
{
    /// <inheritdoc/>
    public Tensor NegativeKl => Field.NegativeKl;

    /// <inheritdoc/>
    public Tensor Mean => Field.Chain.Mean;

    /// <inheritdoc/>
    public Tensor Covariance => Field.Chain.Covariance;

    /// <inheritdoc/>
    public Tensor Samples => Field.Chain.Samples ?? throw LdsPosterior.NoSamples();

    /// <inheritdoc/>
    public Tensor StateMarginals => Field.States.Marginals;

    /// <inheritdoc/>
    public FixedPointReport Report => Field.Report;

    /// <inheritdoc/>
    public Tensor LogDensity(Tensor paths) => GaussianPaths.LogDensity(Mean, Covariance, Field.Chain.CrossCovariance, Lengths, paths);

    /// <inheritdoc/>
    public Tensor MostProbableStates() => ForwardBackward.MostProbablePath(StateChain, Lengths);

    /// <inheritdoc/>
    public Tensor StateMarginalsWithout(long frame)
    {
        Tensor silent = StateChain.LogLikelihood.clone();
        silent.select(1, frame).zero_();
        return ForwardBackward.Infer(StateChain with { LogLikelihood = silent }, Lengths).Marginals.select(1, frame);
    }

    /// <summary>Infers the mean field of a switching system or a hidden Markov model: see <see cref="SldsMeanField.Infer"/>.</summary>
    internal static SwitchingPosterior Infer(
        SldsPotentials model, NodePotentials potentials, Tensor? lengths, Tensor? noise, Tensor? labels, double stateWeight, FixedPointOptions options)
    {
        Tensor? known = StateLabels.LogPotentials(labels, potentials.h.shape[0], potentials.h.shape[1], (int)model.States);
        var field = SldsMeanField.Infer(
            model, potentials.J, potentials.h, lengths, noise, labels: known, stateWeight: stateWeight, options: options);
        return Of(field, model, lengths, known, stateWeight);
    }

    /// <summary>A mean field with the hidden Markov model that its q(z) is.</summary>
    internal static SwitchingPosterior Of(
        SldsMeanFieldPosterior field, SldsPotentials model, Tensor? lengths, Tensor? logLabels, double stateWeight)
    {
        Tensor evidence = field.Evidence.detach() / stateWeight;
        return new SwitchingPosterior(field, lengths,
            new HmmPotentials(model.LogInitial.detach(), model.LogTransition.detach(), logLabels is null ? evidence : evidence + logLabels));
    }
}
