using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Benchmarks;

/// <summary>How the fused chain's cost grows with the length of one sequence and falls with threads, and how the parallel form's grows.</summary>
internal static class GaussianChainScaling
{
    public static void Run()
    {
        Threads();
        Length();
        Depth();
    }

    private static void Length()
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (int T in new[] { 1_000, 10_000, 100_000 })
        {
            using var scope = NewDisposeScope();
            var problem = GaussianChainBenchmark.Problem.Random(batch: 1, time: T, latent: 10, seed: 1);
            double best = Enumerable.Range(0, 5).Min(_ => AlternatingBenchmark.Measure(() => problem.ForwardBackward(MessagePassingForm.Fused)).Processor);
            rows.Add([$"T = {T:N0}", $"{1e3 * best:0.0} ms", $"{1e6 * best / T:0.00} µs", $"{problem.PeakMegabytes(MessagePassingForm.Fused):N0} MB"]);
        }
        MarkdownTable.Print("One sequence, n = 10, forward + backward, fused, one thread", ["", "processor time", "per step", "resident memory during the call, beyond that before it"], rows);
    }

    private static void Threads() =>
        ThreadSpeedUp.Print("Gaussian chain, fused, forward + backward, by threads", new[] { (32, 10), (32, 16), (128, 10) }.Select(size =>
        {
            var (B, n) = size;
            var problem = GaussianChainBenchmark.Problem.Random(batch: B, time: 200, latent: n, seed: 1);
            return ($"B = {B}, T = 200, n = {n}", (Action)(() => problem.ForwardBackward(MessagePassingForm.Fused)));
        }));

    private static void Depth()
    {
        var rows = new List<Comparison>();
        foreach (int T in new[] { 64, 512, 4096 })
        {
            using var scope = NewDisposeScope();
            var problem = GaussianChainBenchmark.Problem.Random(batch: 1, time: T, latent: 4, seed: 1);
            rows.Add(new AlternatingBenchmark { Rounds = 5 }.Compare($"B = 1, T = {T}, n = 4",
                () => problem.ForwardBackward(MessagePassingForm.Parallel), () => problem.ForwardBackward(MessagePassingForm.Sequential)));
        }
        MarkdownTable.Print("Parallel in time and sequential tensor forms", "parallel in time", "sequential", rows);
    }
}
