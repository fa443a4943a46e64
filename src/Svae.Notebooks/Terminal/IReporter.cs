using Svae.Notebooks.Execution;
using Spectre.Console;

namespace Svae.Notebooks.Terminal;

/// <summary>Shows a run while it goes on.</summary>
internal interface IReporter
{
    /// <summary>Runs something with an observer that shows it.</summary>
    Task<RunOutcome> WatchAsync(Func<IRunObserver, Task<RunOutcome>> run);

    /// <summary>A line of the program's own among what is shown.</summary>
    void Say(string line);
}

/// <summary>Chooses how to show a run.</summary>
internal static class Reporters
{
    /// <summary>Bars in a terminal; lines in a log, a pipe or on a build machine.</summary>
    public static IReporter For(TextWriter terminal, bool plain)
    {
        if (LinesOnly(plain)) return new PlainReporter(terminal);
        return new LiveReporter(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal) }));
    }

    /// <summary>How many columns a line may have; a pipe or a file has no limit.</summary>
    public static int Columns() => Console.IsOutputRedirected ? int.MaxValue : Math.Max(40, Console.WindowWidth);

    /// <summary>Is the output no terminal that can redraw?</summary>
    public static bool LinesOnly(bool plain) =>
        plain || Console.IsOutputRedirected || Environment.GetEnvironmentVariable("CI") is { Length: > 0 } || Environment.GetEnvironmentVariable("TERM") == "dumb";
}
