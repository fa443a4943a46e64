using System.Globalization;
using System.Text.RegularExpressions;
using Svae.Notebooks.Scripting;
using Svae.Workbench.Diagnostics;

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

/// <summary>Endings in words.</summary>
internal static class RunStatusWords
{
    /// <summary>"ran", "failed", "stopped", …</summary>
    public static string Words(this RunStatus status) => status switch
    {
        RunStatus.Succeeded => "ran",
        RunStatus.Failed => "failed",
        RunStatus.UserError => "could not be run",
        RunStatus.TimedOut => "ran out of time",
        _ => "stopped",
    };
}

/// <summary>How the run of a notebook ended.</summary>
/// <param name="Notebook">Path of the notebook.</param>
/// <param name="Status">Succeeded, failed, ...</param>
/// <param name="Elapsed">Wall time of the cells.</param>
/// <param name="FailedCell">The cell that failed or was stopped.</param>
/// <param name="Error">What went wrong.</param>
/// <param name="Summary">The lines said with <c>Notebook.Summarize</c>.</param>
/// <param name="Scores">The numbers recorded in the ledger.</param>
/// <param name="Files">Paths of the files written.</param>
public sealed partial record RunOutcome(
    string Notebook,
    RunStatus Status,
    TimeSpan Elapsed,
    CellPosition? FailedCell,
    CellError? Error,
    IReadOnlyList<(string Name, string Value)> Summary,
    IReadOnlyList<ReproductionScore> Scores,
    IReadOnlyList<string> Files)
{
    /// <summary>Is there a checkpoint of the notebook's training, from which the next run goes on?</summary>
    public bool Continues { get; init; }

    /// <summary>Line of the failed cell, from one, where it went wrong; null when the error does not say.</summary>
    public int? FailedLine() => FailedCell is not { } cell ? null : Error?.Traceback.Select(text => Place().Match(text))
        .Where(place => place.Success && int.Parse(place.Groups[1].Value, CultureInfo.InvariantCulture) == cell.Number)
        .Select(place => (int?)int.Parse(place.Groups[2].Value, CultureInfo.InvariantCulture)).FirstOrDefault();

    [GeneratedRegex(@"\bcell (\d{1,6}), line (\d{1,6})")]
    private static partial Regex Place();
}
