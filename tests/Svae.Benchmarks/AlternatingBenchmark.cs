using System.Diagnostics;

namespace Svae.Benchmarks;

/// <summary>One comparison: medians of both sides and the ratio first / second.</summary>
/// <param name="Name">What was computed, at which size.</param>
/// <param name="First">Median of the first side.</param>
/// <param name="Second">Median of the second side.</param>
/// <param name="Ratio">Median over rounds of first / second, each pair measured back to back.</param>
/// <param name="FirstProcessor">Median processor time of the first side, which other work on the machine does not stretch.</param>
/// <param name="SecondProcessor">Median processor time of the second side.</param>
/// <param name="Rounds">Pairs measured after warm-up.</param>
/// <param name="Target">The ratio to reach, or null when the row only informs.</param>
internal sealed record Comparison(string Name, TimeSpan First, TimeSpan Second, double Ratio, TimeSpan FirstProcessor, TimeSpan SecondProcessor, int Rounds, double? Target)
{
    /// <summary>The ratio of processor times: to be trusted over <see cref="Ratio"/> for one thread on a busy machine.</summary>
    public double ProcessorRatio => FirstProcessor / SecondProcessor;

    /// <summary>Is the target reached?</summary>
    public bool Reached => ProcessorRatio <= Target;
}

/// <summary>
/// Times two computations alternately in one run (A B A B …), so that whatever else the machine does falls on both.
/// Each side is warmed up until the just-in-time compiler has settled.
/// </summary>
internal sealed class AlternatingBenchmark
{
    /// <summary>Pairs to measure at most.</summary>
    public int Rounds { get; init; } = 15;

    /// <summary>Runs of each side before measuring, at least.</summary>
    public int WarmUp { get; init; } = 3;

    /// <summary>Each side runs at least this long before measuring, so that the just-in-time compiler has settled.</summary>
    public TimeSpan WarmUpTime { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>No new round begins after this much measuring; at least three rounds are run.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Compares first (the one to be judged) with second (the yardstick).</summary>
    public Comparison Compare(string name, Action first, Action second, double? target = null)
    {
        foreach (Action side in new[] { first, second })
            for (var (warm, calls) = (Stopwatch.StartNew(), 0); calls < WarmUp || warm.Elapsed < WarmUpTime; calls++) side();
        var pairs = new List<(Sample First, Sample Second)>();
        var clock = Stopwatch.StartNew();
        while (pairs.Count < 3 || pairs.Count < Rounds && clock.Elapsed < Limit) pairs.Add((Measure(first), Measure(second)));
        TimeSpan MedianOf(Func<(Sample First, Sample Second), double> value) => TimeSpan.FromSeconds(Median(pairs.Select(value)));
        return new Comparison(name, MedianOf(p => p.First.Wall), MedianOf(p => p.Second.Wall), Median(pairs.Select(p => p.First.Wall / p.Second.Wall)),
            MedianOf(p => p.First.Processor), MedianOf(p => p.Second.Processor), pairs.Count, target);
    }

    /// <summary>One call's time in seconds: on the wall, and of the processor in this process.</summary>
    public readonly record struct Sample(double Wall, double Processor);

    /// <remarks>
    /// After a call that is not counted: what the other side left behind (garbage, a heap handed back to the system, cold caches) is not this
    /// side's cost.
    /// </remarks>
    public static Sample Measure(Action work)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        work();
        TimeSpan before = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        work();
        return new Sample(clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}
