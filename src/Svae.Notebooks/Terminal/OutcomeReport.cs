using System.Diagnostics;
using Svae.Notebooks.Execution;
using Svae.Workbench.Diagnostics;

namespace Svae.Notebooks.Terminal;

/// <summary>The closing words of a run: what went wrong and where, what the notebook found, which files there are.</summary>
internal static class OutcomeReport
{
    private const int ShortCell = 14, Around = 5;

    /// <param name="terminal">Where the lines go.</param>
    /// <param name="outcome">How the run ended.</param>
    /// <param name="columns">The terminal's width.</param>
    public static void Write(TextWriter terminal, RunOutcome outcome, int columns)
    {
        if (outcome.Error?.UserInput is { } user)
        {
            WriteUserError(terminal, user.Message, user.Details);
            return;
        }
        terminal.WriteLine();
        if (outcome.Status != RunStatus.Succeeded) WriteFailure(terminal, outcome);
        WriteTable(terminal, outcome.Summary, columns);
        WriteMissed(terminal, outcome.Scores);
        terminal.WriteLine($"{outcome.Notebook} {Verdict(outcome)} {Durations.Short(outcome.Elapsed)}, {PeakMemory()}");
        foreach (string file in outcome.Files) terminal.WriteLine("  " + file);
        if (outcome.Continues) terminal.WriteLine("  its training is kept: the same command goes on from there");
        terminal.Flush();
    }

    public static void WriteUserError(TextWriter terminal, string message, IReadOnlyList<string> details)
    {
        terminal.WriteLine("error: " + message);
        foreach (string detail in details) terminal.WriteLine("  " + detail);
        terminal.Flush();
    }

    /// <summary>The most memory that this process has held, whatever it has run.</summary>
    private static string PeakMemory()
    {
        using var self = Process.GetCurrentProcess();
        return $"at most {self.PeakWorkingSet64 / 1e9:f1} GB in memory";
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
            WriteExcerpt(terminal, cell.Source.Split('\n'), outcome.FailedLine());
            terminal.WriteLine();
        }
        foreach (string line in outcome.Error?.Traceback ?? []) terminal.WriteLine(line);
        terminal.WriteLine();
    }

    private static void WriteMissed(TextWriter terminal, IReadOnlyList<ReproductionScore> scores)
    {
        var missed = scores.Where(score => score.Holds() == false).ToArray();
        foreach (var score in missed) terminal.WriteLine($"  ✗ {score.Name}: {score.Measured()}, claimed {score.Claim()}");
        if (missed.Length > 0) terminal.WriteLine();
    }

    // The whole of a short cell; of a long one the lines around the one that failed.
    private static void WriteExcerpt(TextWriter terminal, string[] lines, int? failed)
    {
        int first = lines.Length <= ShortCell || failed is null ? 0 : Math.Max(0, failed.Value - 1 - Around);
        int end = lines.Length <= ShortCell || failed is null ? lines.Length : Math.Min(lines.Length, failed.Value + Around);
        if (first > 0) terminal.WriteLine("     ⋮");
        for (int i = first; i < end; i++) terminal.WriteLine($"{(i + 1 == failed ? '▶' : ' ')}{i + 1,3} │ {lines[i]}");
        if (end < lines.Length) terminal.WriteLine("     ⋮");
    }

    private static void WriteTable(TextWriter terminal, IReadOnlyList<(string Name, string Value)> summary, int columns)
    {
        if (summary.Count == 0) return;
        int width = summary.Max(line => line.Name.Length);
        foreach (var (name, value) in summary)
            terminal.WriteLine($"  {name.PadRight(width)}  {string.Join("\n" + new string(' ', width + 4), Lines(value, Math.Max(20, columns - width - 4)))}");
        terminal.WriteLine();
    }

    // The lines of a text, broken between words where they are too long.
    private static IEnumerable<string> Lines(string text, int columns)
    {
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            string rest = line;
            while (rest.Length > columns && rest.LastIndexOf(' ', columns) is > 0 and int end)
            {
                yield return rest[..end];
                rest = rest[(end + 1)..];
            }
            yield return rest;
        }
    }
}
