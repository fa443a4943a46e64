namespace Svae.Workbench.Data;

/// <summary>What a load brought: the recordings that could be read, and one problem for each thing that could not.</summary>
/// <param name="Loaded">In natural order of their files: session_2 before session_10.</param>
/// <param name="Problems">In the order they were met; empty when all is well.</param>
public sealed record RecordingSet(IReadOnlyList<Recording> Loaded, IReadOnlyList<RecordingProblem> Problems);
