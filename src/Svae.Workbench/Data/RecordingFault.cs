namespace Svae.Workbench.Data;

/// <summary>Thrown inside a reader for what the user has to hear; becomes a <see cref="RecordingProblem"/>.</summary>
/// <param name="dataset">The dataset or array; empty for the file as a whole.</param>
/// <param name="problem">What is wrong and what was expected.</param>
internal sealed class RecordingFault(string dataset, string problem) : Exception(problem)
{
    public string Dataset { get; } = dataset;
}
