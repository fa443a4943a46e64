using System.Globalization;

namespace Svae.Benchmarks;

/// <summary>A table as it is pasted into the README.</summary>
internal static class MarkdownTable
{
    public static void Print(string title, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        Console.WriteLine($"\n### {title}\n");
        Console.WriteLine("| " + string.Join(" | ", header) + " |");
        Console.WriteLine("|" + string.Concat(Enumerable.Repeat("---|", header.Count)));
        foreach (var row in rows) Console.WriteLine("| " + string.Join(" | ", row) + " |");
    }

    public static void Print(string title, string first, string second, IEnumerable<Comparison> rows) =>
        Print(title, ["", first, second, "ratio", "processor time", "", "ratio", "target", "rounds"], rows.Select(r => (IReadOnlyList<string>)
        [
            r.Name, Milliseconds(r.First), Milliseconds(r.Second), r.Ratio.ToString("0.000", CultureInfo.InvariantCulture),
            Milliseconds(r.FirstProcessor), Milliseconds(r.SecondProcessor), r.ProcessorRatio.ToString("0.000", CultureInfo.InvariantCulture),
            r.Target is { } target ? $"≤ {target:0.00} {(r.Reached ? "✓" : "✗")}" : "", r.Rounds.ToString(),
        ]));

    /// <summary>Fused times against what other people's code takes for the same work on a core like the one the targets were set on.</summary>
    public static void PrintYardsticks(params IEnumerable<(Comparison Row, double Milliseconds, string Others)> rows) =>
        Print("Absolute yardsticks, one thread", ["", "time", "processor time", "target", "others"], rows.Select(r => (IReadOnlyList<string>)
        [
            r.Row.Name, Milliseconds(r.Row.First), Milliseconds(r.Row.FirstProcessor),
            $"≤ {r.Milliseconds:0} ms {(r.Row.FirstProcessor.TotalMilliseconds <= r.Milliseconds ? "✓" : "✗")}", r.Others,
        ]));

    public static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.0#", CultureInfo.InvariantCulture) + " ms";
}
