namespace Svae.Workbench.MessagePassing;

/// <summary>A sequence that the potentials forbid: every path of discrete states passes through a −∞.</summary>
/// <param name="sequence">Index of the sequence in its batch.</param>
/// <param name="timeStep">The first time step that no path of positive weight reaches.</param>
public sealed class ImpossibleSequenceException(int sequence, int timeStep) : ArgumentException(
    $"no path has positive probability: in sequence {sequence} no allowed path reaches time step {timeStep}; " +
    "look for −∞ in log π and log A, and in the log-likelihood at that time step")
{
    /// <summary>Index of the sequence in its batch.</summary>
    public int Sequence { get; } = sequence;

    /// <summary>The first time step that no path of positive weight reaches.</summary>
    public int TimeStep { get; } = timeStep;
}
