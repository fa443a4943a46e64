using Svae.Notebooks.Execution;

namespace Svae.Notebooks.Terminal;

/// <summary>The closing words of a run: what went wrong and where, what the notebook found, which files there are.</summary>
internal static class OutcomeReport
{
    public static void Write(TextWriter terminal, RunOutcome outcome)
    {
        if (outcome.Error?.UserInput is { } user)
        {
            WriteUserError(terminal, user.Message, user.Details);
            return;
        }
        terminal.WriteLine();
        if (outcome.Status != RunStatus.Succeeded) WriteFailure(terminal, outcome);
        WriteTable(terminal, outcome.Summary);
        terminal.WriteLine($"{outcome.Notebook} {Verdict(outcome)} {Durations.Short(outcome.Elapsed)}");
        foreach (string file in outcome.Files) terminal.WriteLine("  " + file);
        terminal.Flush();
    }

    public static void WriteUserError(TextWriter terminal, string message, IReadOnlyList<string> details)
    {
        terminal.WriteLine("error: " + message);
        foreach (string detail in details) terminal.WriteLine("  " + detail);
        terminal.Flush();
    }

    private static string Verdict(RunOutcome outcome) => outcome.Status switch
    {
        RunStatus.Succeeded => "ran in",
        RunStatus.Cancelled => "was stopped after",
        RunStatus.TimedOut => "ran out of time after",
        _ => "failed after",
    };

    private static void WriteFailure(TextWriter terminal, RunOutcome outcome)
    {
        if (outcome.FailedCell is { } cell)
        {
            terminal.WriteLine($"── cell {cell.Number} of {cell.Count}: {cell.Title} ──");
            string[] lines = cell.Source.Split('\n');
            for (int i = 0; i < lines.Length; i++) terminal.WriteLine($"{i + 1,4} │ {lines[i]}");
            terminal.WriteLine();
        }
        foreach (string line in outcome.Error?.Traceback ?? []) terminal.WriteLine(line);
        terminal.WriteLine();
    }

    private static void WriteTable(TextWriter terminal, IReadOnlyList<(string Name, string Value)> summary)
    {
        if (summary.Count == 0) return;
        int width = summary.Max(line => line.Name.Length);
        foreach (var (name, value) in summary)
            terminal.WriteLine($"  {name.PadRight(width)}  {value.ReplaceLineEndings("\n").Replace("\n", "\n" + new string(' ', width + 4))}");
        terminal.WriteLine();
    }
}
