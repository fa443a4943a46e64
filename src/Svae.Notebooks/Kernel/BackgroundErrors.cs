using System.Runtime.ExceptionServices;
using Svae.Notebooks.Scripting;

namespace Svae.Notebooks.Kernel;

/// <summary>
/// An exception that nobody catches, on a thread that a cell started, would end the process and with it the session. Here it is
/// written to the cell's output instead.
/// </summary>
internal static class BackgroundErrors
{
    /// <summary>From here on the process outlives them. Can be said once in a process.</summary>
    public static void Survive() => ExceptionHandling.SetUnhandledExceptionHandler(exception =>
    {
        // The thread of a cell that was stopped ends this way at its next checkpoint.
        if (CellContext.Interrupt is { IsRequested: true } && CellInterrupt.IsStop(exception)) return true;
        Console.Error.WriteLine($"unhandled exception on the thread \"{Thread.CurrentThread.Name ?? "without a name"}\": {exception}");
        return true;
    });
}
