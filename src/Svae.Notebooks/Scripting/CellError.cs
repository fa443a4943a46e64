using Svae.Workbench;
using Svae.Workbench.Display;

namespace Svae.Notebooks.Scripting;

/// <summary>Why a cell failed, ready to be shown.</summary>
/// <param name="Name">The exception's type, or <c>CompilationError</c>.</param>
/// <param name="Message">What it says.</param>
/// <param name="Traceback">The lines to show: the error, then where it happened, cell and line first.</param>
/// <param name="UserInput">Set when the cause is something the user gave; then message and details are all that need be shown.</param>
public sealed record CellError(string Name, string Message, IReadOnlyList<string> Traceback, UserInputException? UserInput = null);

/// <summary>How a cell ended.</summary>
public enum CellStatus
{
    /// <summary>It ran to its end.</summary>
    Completed,

    /// <summary>It did not compile, or threw.</summary>
    Failed,

    /// <summary>It was stopped.</summary>
    Interrupted,
}

/// <summary>How a cell ended.</summary>
/// <param name="Status">Completed, failed or interrupted.</param>
/// <param name="Error">Why it failed or that it was interrupted; null when it completed.</param>
public sealed record CellResult(CellStatus Status, CellError? Error = null);
