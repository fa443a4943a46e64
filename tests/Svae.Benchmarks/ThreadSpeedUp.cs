using System.Globalization;
using static TorchSharp.torch;

namespace Svae.Benchmarks;

/// <summary>The same work on one thread and on two, alternating; wall time counts, so the machine should be idle.</summary>
internal static class ThreadSpeedUp
{
    private const double Target = 1.7;

    /// <summary>Prints a row for each piece of work.</summary>
    public static void Print(string title, IEnumerable<(string Name, Action Work)> pieces) =>
        MarkdownTable.Print(title, ["", "one thread", "two threads", "speed-up", "target", "rounds"], pieces.Select(piece =>
        {
            Comparison row = new AlternatingBenchmark { Limit = TimeSpan.FromSeconds(10) }.Compare(piece.Name, () => On(2, piece.Work), () => On(1, piece.Work));
            return (IReadOnlyList<string>)
            [
                row.Name, MarkdownTable.Milliseconds(row.Second), MarkdownTable.Milliseconds(row.First),
                (1 / row.Ratio).ToString("0.00", CultureInfo.InvariantCulture), $"≥ {Target} {(1 / row.Ratio >= Target ? "✓" : "✗")}", row.Rounds.ToString(),
            ];
        }));

    private static void On(int threads, Action work)
    {
        int before = get_num_threads();
        set_num_threads(threads);
        work();
        set_num_threads(before);
    }
}
