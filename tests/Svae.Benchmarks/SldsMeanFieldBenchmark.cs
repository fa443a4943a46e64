using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Benchmarks;

/// <summary>SLDS mean field: ten sweeps and the gradient with respect to every potential, by each route.</summary>
internal static class SldsMeanFieldBenchmark
{
    public static void Run()
    {
        using var scope = NewDisposeScope();
        SldsProblem problem = SldsProblem.Random(batch: 16, time: 200, latent: 10, states: 20, seed: 1);
        var rows = new List<Comparison>();
        foreach (FixedPointGradient route in new[] { FixedPointGradient.Implicit, FixedPointGradient.Truncated, FixedPointGradient.Unrolled })
        {
            FixedPointOptions options = Sweeps(route);
            double? target = route == FixedPointGradient.Implicit ? 0.10 : null;
            rows.Add(new AlternatingBenchmark { Rounds = 9, WarmUp = 2, Limit = TimeSpan.FromSeconds(12) }.Compare($"{route}",
                () => problem.ForwardBackward(options, MessagePassingForm.Auto), () => problem.ForwardBackward(options, MessagePassingForm.Sequential), target));
        }
        MarkdownTable.Print("SLDS mean field, 10 sweeps + gradient, B = 16, T = 200, n = 10, K = 20, one thread", "fused", "sequential tensor form", rows);
        MarkdownTable.PrintYardsticks((rows[0], 120, "PyTorch 2.59 s"), (rows[1], 120, "PyTorch 0.81 s"), (rows[2], 120, "PyTorch 2.27 s"));
        ThreadSpeedUp.Print("SLDS mean field, fused, 10 sweeps + implicit gradient, by threads",
            [("B = 16, T = 200, n = 10, K = 20", () => problem.ForwardBackward(Sweeps(FixedPointGradient.Implicit), MessagePassingForm.Auto))]);
    }

    private static FixedPointOptions Sweeps(FixedPointGradient route) => new() { MaxSweeps = 10, Tolerance = -1, Gradient = route };

    /// <summary>How the implicit gradient's linear system is solved: step and memory over random problems from easy to hard.</summary>
    public static void Adjoint()
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (var (damping, memory) in new[] { (0.5, 0), (1.0, 0), (1.3, 0), (1.0, 2), (1.0, 5) })
        {
            const int problems = 200;
            var iterations = new List<double>();
            int forward = 0, converged = 0, fellBack = 0, sequences = 0;
            for (int seed = 0; seed < problems; seed++)
            {
                using var scope = NewDisposeScope();
                var draw = new Random(seed);
                SldsProblem problem = SldsProblem.Random(draw.Next(1, 5), draw.Next(2, 40), draw.Next(1, 6), draw.Next(2, 8), seed,
                    innovation: Math.Pow(10, draw.NextDouble() - 0.7), precision: Math.Pow(10, 2 * draw.NextDouble() - 1));
                problem.ForwardBackward(new() { Damping = damping, AdjointMemory = memory, MaxAdjointIterations = 60 }, MessagePassingForm.Auto);
                FixedPointReport report = problem.LastReport!;
                (forward, converged) = (forward + (report.Converged ? 1 : 0), converged + (report.Adjoint.Converged ? 1 : 0));
                (fellBack, sequences) = (fellBack + report.Adjoint.FellBack, sequences + report.SequenceResiduals.Count);
                iterations.Add(report.Adjoint.Iterations);
            }
            rows.Add([$"{damping}", $"{memory}", $"{forward} of {problems}", $"{converged} of {problems}", $"{AlternatingBenchmark.Median(iterations):0}",
                $"{iterations.Average():0.0}", $"{iterations.Max():0}", $"{fellBack} of {sequences}"]);
        }
        MarkdownTable.Print("Implicit gradient of random SLDS: Richardson to a residual of 1e-4, at most 60 iterations",
            ["step", "memory", "fixed point converged", "gradient converged", "median iterations", "mean", "largest", "sequences on the one-step gradient"], rows);
    }

    /// <summary>Where the time goes, fused form only.</summary>
    public static void Profile()
    {
        SldsProblem problem = SldsProblem.Random(batch: 16, time: 200, latent: 10, states: 20, seed: 1);
        var parts = new (string, Action)[]
        {
            ("10 sweeps, no gradient", () => { using var mode = no_grad(); problem.Infer(Sweeps(FixedPointGradient.Implicit), MessagePassingForm.Auto); }),
            ("implicit", () => problem.ForwardBackward(Sweeps(FixedPointGradient.Implicit), MessagePassingForm.Auto)),
            ("truncated", () => problem.ForwardBackward(Sweeps(FixedPointGradient.Truncated), MessagePassingForm.Auto)),
            ("unrolled", () => problem.ForwardBackward(Sweeps(FixedPointGradient.Unrolled), MessagePassingForm.Auto)),
        }.Concat(problem.Pieces());
        var rows = new List<IReadOnlyList<string>>();
        foreach (var (name, work) in parts)
        {
            for (int i = 0; i < 6; i++) work();
            var samples = Enumerable.Range(0, 7).Select(_ => AlternatingBenchmark.Measure(work)).ToArray();
            rows.Add([name, .. new[] { AlternatingBenchmark.Median(samples.Select(s => s.Wall)), AlternatingBenchmark.Median(samples.Select(s => s.Processor)) }
                .Select(seconds => MarkdownTable.Milliseconds(TimeSpan.FromSeconds(seconds)))]);
        }
        MarkdownTable.Print("SLDS mean field, fused form: where the time goes", ["", "time", "processor time"], rows);
        problem.ForwardBackward(Sweeps(FixedPointGradient.Implicit), MessagePassingForm.Auto);
        AdjointReport adjoint = problem.LastReport!.Adjoint;
        Console.WriteLine($"implicit gradient: {adjoint.Iterations} iterations, residual {adjoint.Residual:g3}, {adjoint.FellBack} sequences fell back");
    }
}
