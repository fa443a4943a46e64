using System.Runtime.ExceptionServices;

namespace Svae.Notebooks.Scripting;

/// <summary>
/// An exception that nobody catches, on a thread that a cell started, would end the process and with it the session. Here it is
/// given to the cell's output instead.
/// </summary>
internal static class BackgroundErrors
{
    // The runtime takes one handler for the life of a process.
    private static readonly Lazy<bool> OfCells = new(() => Install(alsoOthers: false));

    /// <summary>From here on the process outlives those of cells.</summary>
    public static void SurviveThoseOfCells() => _ = OfCells.Value;

    /// <summary>From here on the process outlives all of them: a client waits for its kernel whatever happens. Can be said once in a process.</summary>
    public static void SurviveAll() => Install(alsoOthers: true);

    private static bool Install(bool alsoOthers)
    {
        ExceptionHandling.SetUnhandledExceptionHandler(exception =>
        {
            // The thread of a cell that was stopped ends this way at its next checkpoint.
            if (CellContext.Interrupt is { IsRequested: true } && CellInterrupt.IsStop(exception)) return true;
            string text = $"unhandled exception on the thread \"{Thread.CurrentThread.Name ?? "without a name"}\": {exception}\n";
            if (CellContext.Output is { } cell) cell.Escaped(exception, text);
            else if (alsoOthers) Console.Error.Write(text);
            else return false;
            return true;
        });
        return true;
    }
}
