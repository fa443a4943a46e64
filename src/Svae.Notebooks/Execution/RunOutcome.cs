using Svae.Notebooks.Scripting;

namespace Svae.Notebooks.Execution;

/// <summary>How the run of a notebook ended; the number is the exit code.</summary>
public enum RunStatus
{
    /// <summary>Every cell ran.</summary>
    Succeeded = 0,

    /// <summary>A cell failed.</summary>
    Failed = 1,

    /// <summary>What the user gave (a notebook, a parameter, a recording) cannot be used.</summary>
    UserError = 2,

    /// <summary>The time allowed was over.</summary>
    TimedOut = 124,

    /// <summary>The user stopped it.</summary>
    Cancelled = 130,
}

/// <summary>How the run of a notebook ended.</summary>
/// <param name="Notebook">Path of the notebook.</param>
/// <param name="Status">Succeeded, failed, ...</param>
/// <param name="Elapsed">Wall time of the cells.</param>
/// <param name="FailedCell">The cell that failed or was stopped.</param>
/// <param name="Error">What went wrong.</param>
/// <param name="Summary">The lines said with <c>Notebook.Summarize</c>.</param>
/// <param name="Files">Paths of the files written.</param>
public sealed record RunOutcome(
    string Notebook,
    RunStatus Status,
    TimeSpan Elapsed,
    CellPosition? FailedCell,
    CellError? Error,
    IReadOnlyList<(string Name, string Value)> Summary,
    IReadOnlyList<string> Files);
