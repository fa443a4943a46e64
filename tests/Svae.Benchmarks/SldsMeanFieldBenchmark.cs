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
            var options = new FixedPointOptions { MaxSweeps = 10, Tolerance = -1, Gradient = route };
            double? target = route == FixedPointGradient.Implicit ? 0.10 : null;
            rows.Add(new AlternatingBenchmark { Rounds = 9, WarmUp = 2, Limit = TimeSpan.FromSeconds(15) }.Compare($"{route}",
                () => problem.ForwardBackward(options, MessagePassingForm.Auto), () => problem.ForwardBackward(options, MessagePassingForm.Sequential), target));
        }
        MarkdownTable.Print("SLDS mean field, 10 sweeps + gradient, B = 16, T = 200, n = 10, K = 20, one thread", "fused", "sequential tensor form", rows);
    }

    /// <summary>Where the time goes, fused form only.</summary>
    public static void Profile()
    {
        SldsProblem problem = SldsProblem.Random(batch: 16, time: 200, latent: 10, states: 20, seed: 1);
        var parts = new (string, Action)[]
        {
            ("10 sweeps, no gradient", () => { using var mode = no_grad(); problem.Infer(new() { MaxSweeps = 10, Tolerance = -1 }, MessagePassingForm.Auto); }),
            ("implicit", () => problem.ForwardBackward(new() { MaxSweeps = 10, Tolerance = -1 }, MessagePassingForm.Auto)),
            ("truncated", () => problem.ForwardBackward(new() { MaxSweeps = 10, Tolerance = -1, Gradient = FixedPointGradient.Truncated }, MessagePassingForm.Auto)),
            ("unrolled", () => problem.ForwardBackward(new() { MaxSweeps = 10, Tolerance = -1, Gradient = FixedPointGradient.Unrolled }, MessagePassingForm.Auto)),
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
        Console.WriteLine(problem.LastReport);
        Console.WriteLine($"adjoint: {problem.LastReport!.Adjoint.Iterations} iterations, residual {problem.LastReport.Adjoint.Residual:g3}");
    }
}
