using Svae.Workbench.MessagePassing;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>The local posterior q(x) q(z) of a model with discrete states along time: a hidden Markov model or a switching system.</summary>
/// <param name="Field">The structured mean field behind it.</param>
/// <param name="Lengths">Length of each sequence, int64 [B]; null when all have T.</param>
/// <param name="LogLabels">What was known of the states, log-potentials [B, T, K]; null when nothing was.</param>
public sealed record SwitchingPosterior(SldsMeanFieldPosterior Field, Tensor? Lengths, Tensor? LogLabels) : IStatePosterior
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

    /// <summary>The most probable state path of each sequence under q(z), int64 [B, T], −1 past a sequence's end.</summary>
    /// <param name="potentials">Those that the posterior was inferred with.</param>
    /// <param name="stateWeight">β of <see cref="SldsMeanField"/>.</param>
    /// <param name="lengths">Length of each sequence, int64 [B]; all T when absent.</param>
    internal Tensor MostProbableStates(SldsPotentials potentials, double stateWeight, Tensor? lengths)
    {
        Tensor evidence = Field.Evidence / stateWeight;
        if (LogLabels is not null) evidence = evidence + LogLabels;
        return ForwardBackward.MostProbablePath(new HmmPotentials(potentials.LogInitial, potentials.LogTransition, evidence), lengths);
    }
}
