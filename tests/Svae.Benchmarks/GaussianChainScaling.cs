using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Benchmarks;

/// <summary>How the fused chain's cost grows with the length of one sequence and falls with threads, and how the parallel form's grows.</summary>
internal static class GaussianChainScaling
{
    public static void Run()
    {
        Length();
        Threads();
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

    private static void Threads()
    {
        var rows = new List<Comparison>();
        foreach (int B in new[] { 32, 128 })
        {
            using var scope = NewDisposeScope();
            var problem = GaussianChainBenchmark.Problem.Random(batch: B, time: 200, latent: 10, seed: 1);
            rows.Add(new AlternatingBenchmark().Compare($"B = {B}, T = 200, n = 10", () => With(2), () => With(1)));
            void With(int threads)
            {
                set_num_threads(threads);
                problem.ForwardBackward(MessagePassingForm.Fused);
                set_num_threads(1);
            }
        }
        MarkdownTable.Print("Fused, two threads and one (wall time counts here)", "two threads", "one thread", rows);
    }

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
