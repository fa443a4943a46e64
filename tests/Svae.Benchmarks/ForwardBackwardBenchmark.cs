using System.Diagnostics;
using System.Globalization;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Benchmarks;

/// <summary>HMM forward–backward, forward and, from a gradient for every output, backward.</summary>
internal static class ForwardBackwardBenchmark
{
    public static void Run()
    {
        var benchmark = new AlternatingBenchmark { WarmUp = 30, Rounds = 25 };
        var forms = new List<Comparison>();
        var threads = new List<(string, Action)>();
        foreach (var (K, target) in new[] { (20, 0.12), (100, 0.35) })
        {
            Problem problem = Problem.Random(batch: 32, time: 200, states: K, seed: K);
            string size = $"B = 32, T = 200, K = {K}";
            forms.Add(benchmark.Compare(size, () => problem.ForwardBackward(MessagePassingForm.Fused), () => problem.ForwardBackward(MessagePassingForm.Sequential), target));
            threads.Add((size, () => problem.ForwardBackward(MessagePassingForm.Fused)));
        }
        MarkdownTable.Print("HMM forward–backward, forward + backward, one thread", "fused", "sequential tensor form", forms);
        ThreadSpeedUp.Print("HMM forward–backward, fused, forward + backward, by threads", threads);
        CompareDurations();
        PrintLongSequences();
    }

    /// <summary>Explicit durations: a step should cost about as much as K² + K·D, not (K·D)².</summary>
    private static void CompareDurations()
    {
        using var scope = NewDisposeScope();
        var rows = new List<Comparison>();
        foreach (int D in new[] { 10, 100 })
        {
            HmmPotentials plain = Problem.Random(batch: 8, time: 200, states: 20, seed: D).Potentials;
            using var generator = new Generator((ulong)D);
            Tensor duration = randn([20, D], ScalarType.Float64, generator: generator).requires_grad_();
            void Evaluate(MessagePassingForm form)
            {
                using var inner = NewDisposeScope();
                HsmmPosterior q = HiddenSemiMarkov.Infer(new HsmmPotentials(plain.LogInitial, plain.LogTransition, duration, plain.LogLikelihood), form: form);
                (q.LogZ.sum() + q.Marginals.square().sum() + q.SegmentStarts.square().sum() + q.TransitionCounts.square().sum() + q.DurationCounts.square().sum()).backward();
                plain.LogInitial.grad = plain.LogTransition.grad = plain.LogLikelihood.grad = duration.grad = null;
            }
            rows.Add(new AlternatingBenchmark { Rounds = 5, WarmUp = 2, Limit = TimeSpan.FromSeconds(8) }.Compare($"B = 8, T = 200, K = 20, D = {D}",
                () => Evaluate(MessagePassingForm.Fused), () => Evaluate(MessagePassingForm.Sequential)));
        }
        MarkdownTable.Print("Explicit-duration HMM, forward + backward, one thread", "fused", "sequential tensor form (log-space)", rows);
    }

    /// <summary>One sequence of up to 100,000 time steps: time per step should not grow.</summary>
    private static void PrintLongSequences() =>
        MarkdownTable.Print("HMM, one long sequence, K = 20, fused form, forward + backward", ["T", "time", "per time step", "resident memory"],
            new[] { 1_000, 10_000, 100_000 }.Select(T =>
            {
                using var scope = NewDisposeScope();
                Problem problem = Problem.Random(batch: 1, time: T, states: 20, seed: 1);
                for (int i = 0; i < 3; i++) problem.ForwardBackward(MessagePassingForm.Fused);
                double seconds = AlternatingBenchmark.Median(Enumerable.Range(0, 7).Select(_ => AlternatingBenchmark.Measure(() => problem.ForwardBackward(MessagePassingForm.Fused)).Wall));
                using Process process = Process.GetCurrentProcess();
                return (IReadOnlyList<string>)[T.ToString("n0", CultureInfo.InvariantCulture), $"{seconds * 1e3:0.0} ms", $"{seconds / T * 1e6:0.00} µs", $"{process.WorkingSet64 >> 20} MiB"];
            }));

    internal sealed record Problem(HmmPotentials Potentials, Tensor[] OutputGradients)
    {
        public static Problem Random(long batch, long time, long states, int seed)
        {
            using var generator = new Generator((ulong)seed);
            Tensor Draw(params long[] shape) => randn(shape, dtype: ScalarType.Float64, generator: generator);
            var potentials = new HmmPotentials(Draw(states).requires_grad_(), Draw(states, states).requires_grad_(), Draw(batch, time, states).requires_grad_());
            return new Problem(potentials, [Draw(batch), Draw(batch, time, states), Draw(batch, states, states)]);
        }

        public void ForwardBackward(MessagePassingForm form)
        {
            using var scope = NewDisposeScope();
            HmmPosterior q = Svae.Workbench.MessagePassing.ForwardBackward.Infer(Potentials, form: form);
            autograd.backward([q.LogZ, q.Marginals, q.PairMarginalSum], OutputGradients);
            Potentials.LogInitial.grad = Potentials.LogTransition.grad = Potentials.LogLikelihood.grad = null;
        }
    }
}
