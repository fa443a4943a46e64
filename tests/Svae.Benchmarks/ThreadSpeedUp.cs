using System.Globalization;
using System.Numerics;
using Svae.Workbench.MessagePassing;
using static TorchSharp.torch;

namespace Svae.Benchmarks;

/// <summary>The same work on one thread and on two, alternating; wall time counts, so the machine should be idle.</summary>
internal static class ThreadSpeedUp
{
    private const double Target = 1.7;

    /// <summary>Prints a row for each piece of work, and one for arithmetic in registers: what the machine's second core gives at best.</summary>
    public static void Print(string title, IEnumerable<(string Name, Action Work)> pieces) =>
        MarkdownTable.Print(title, ["", "one thread", "two threads", "speed-up", "target", "rounds"], pieces.Append((Name: "arithmetic in registers", Work: Arithmetic)).Select(piece =>
        {
            Comparison row = new AlternatingBenchmark { Rounds = 60, Limit = TimeSpan.FromSeconds(10) }.Compare(piece.Name, () => On(2, piece.Work), () => On(1, piece.Work));
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

    /// <summary>Two pieces of multiplications, each some milliseconds long, that touch no memory.</summary>
    private static void Arithmetic()
    {
        double[] results = new double[2];
        WorkerTeam.Shared.Run(2, Native.Workers(2), (_, piece) => results[piece] = Multiply(8_000_000, 1 + 1e-9 * piece));
        GC.KeepAlive(results);
    }

    private static double Multiply(int count, double factor)
    {
        Vector<double> a = new(1), b = new(1), c = new(1), d = new(1), by = new(factor);
        for (int i = 0; i < count; i++) (a, b, c, d) = (a * by, b * by, c * by, d * by);
        return Vector.Sum(a + b + c + d);
    }
}
