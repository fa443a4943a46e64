using System.Diagnostics;
using System.Globalization;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Benchmarks;

/// <summary>The tensor forms on a CUDA device: against the CPU's fused forms, and sequential against parallel in time.</summary>
internal static class DeviceBenchmark
{
    public static void Run()
    {
        if (!cuda.is_available())
        {
            Console.WriteLine("no CUDA device: nothing to compare");
            return;
        }
        var rows = new List<IReadOnlyList<string>>();
        foreach (Primitive primitive in new[] { Chain(3, 60, 4), ForwardBackward(3, 60, 6), Slds(2, 30, 3, 4, FixedPointGradient.Unrolled), Slds(2, 30, 3, 4, FixedPointGradient.Implicit), Mixture(50, 2, 5) })
        {
            Tensor[] truth = primitive.Evaluate(MessagePassingForm.Fused, CPU);
            foreach (MessagePassingForm form in new[] { MessagePassingForm.Sequential, MessagePassingForm.Parallel, MessagePassingForm.Auto })
                rows.Add([primitive.Name, $"{form}", Largest(truth.Zip(primitive.Evaluate(form, CUDA)))]);
        }
        MarkdownTable.Print("Forms on CUDA against the fused form on the CPU: outputs and gradients", ["", "form", "largest relative deviation"], rows);

        rows.Clear();
        foreach (int T in new[] { 1_000, 10_000 })
            foreach (Primitive primitive in new[] { Chain(1, T, 4), Chain(1, T, 10), ForwardBackward(1, T, 20) })
                rows.Add([primitive.Name, .. new[] { MessagePassingForm.Sequential, MessagePassingForm.Parallel, MessagePassingForm.Auto }
                    .Select(form => Time(() => primitive.Evaluate(form, CUDA))), Time(() => primitive.Evaluate(MessagePassingForm.Fused, CPU))]);
        MarkdownTable.Print("Forward + backward, B = 1", ["", "CUDA sequential", "CUDA parallel in time", "CUDA Auto", "CPU fused, one thread"], rows);
    }

    /// <summary>Something differentiable: leaves, and outputs of them in a form.</summary>
    private sealed record Primitive(string Name, Tensor[] Leaves, Func<Tensor[], MessagePassingForm, Tensor[]> Infer)
    {
        /// <summary>Outputs, and the gradients of a random combination of them, computed on a device and brought back.</summary>
        public Tensor[] Evaluate(MessagePassingForm form, Device device)
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator(7);
            Tensor[] leaves = [.. Leaves.Select(leaf => leaf.detach().to(device).requires_grad_())], outputs = Infer(leaves, form);
            autograd.backward(outputs, [.. outputs.Select(o => randn(o.shape, ScalarType.Float64, generator: generator).to(device))]);
            return [.. outputs.Concat(leaves.Select(leaf => leaf.grad ?? zeros_like(leaf))).Select(x => x.detach().cpu().MoveToOuterDisposeScope())];
        }
    }

    private static Primitive Chain(long batch, long time, long latent)
    {
        var problem = GaussianChainBenchmark.Problem.Random(batch, time, latent, seed: 1);
        ChainPotentials p = problem.Potentials;
        return new Primitive($"Gaussian chain, T = {time:n0}, n = {latent}", [p.J0, p.h0, p.J11, p.J12, p.J22, p.Jn, p.hn, problem.Noise], (x, form) =>
        {
            ChainPosterior q = GaussianChain.Infer(new ChainPotentials(x[0], x[1], x[2], x[3], x[4], x[5], x[6]), noise: x[7].detach(), form: form);
            return [q.LogZ, q.Mean, q.Covariance, q.CrossCovariance, q.Samples!];
        });
    }

    private static Primitive ForwardBackward(long batch, long time, long states)
    {
        HmmPotentials p = ForwardBackwardBenchmark.Problem.Random(batch, time, states, seed: 1).Potentials;
        return new Primitive($"HMM, T = {time:n0}, K = {states}", [p.LogInitial, p.LogTransition, p.LogLikelihood], (x, form) =>
        {
            HmmPosterior q = Svae.Workbench.MessagePassing.ForwardBackward.Infer(new HmmPotentials(x[0], x[1], x[2]), form: form);
            return [q.LogZ, q.Marginals, q.PairMarginalSum];
        });
    }

    private static Primitive Slds(long batch, long time, long latent, long states, FixedPointGradient gradient)
    {
        var (p, Jn, hn, noise) = SldsProblem.Random(batch, time, latent, states, seed: 1);
        bool implicitly = gradient == FixedPointGradient.Implicit; // which is that of the fixed point alone
        var options = new FixedPointOptions { MaxSweeps = implicitly ? 200 : 5, Tolerance = -1, AdjointTolerance = 1e-12, Gradient = gradient };
        Tensor[] leaves = [p.J0, p.h0, p.c0, p.J11, p.J12, p.J22, p.g1, p.g2, p.c, p.LogInitial, p.LogTransition, Jn, hn, noise];
        return new Primitive($"SLDS mean field, {gradient}, T = {time:n0}, n = {latent}, K = {states}", leaves, (x, form) =>
        {
            var q = SldsMeanField.Infer(new SldsPotentials(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], x[8], x[9], x[10]), x[11], x[12], noise: x[13].detach(), options: options, form: form);
            return [q.States.Marginals, q.Chain.Mean, q.Chain.Samples!, q.NegativeKl];
        });
    }

    private static Primitive Mixture(int points, int latent, int components)
    {
        Tensor[] problem = MixtureMeanFieldBenchmark.Problem(points, components, latent);
        var options = new FixedPointOptions { MaxSweeps = 500, Tolerance = -1, AdjointTolerance = 1e-12 };
        return new Primitive($"mixture mean field, N = {points}, n = {latent}, K = {components}", problem, (x, form) =>
        {
            var q = MixtureMeanField.Infer(new MixturePotentials(x[0], x[1], x[2], x[3]), x[4], x[5], x[6].detach(), options: options, form: form);
            return [q.Responsibilities, q.Mean, q.Samples!, q.NegativeKl];
        });
    }

    private static string Largest(IEnumerable<(Tensor Truth, Tensor Actual)> pairs) => pairs
        .Max(pair => ((pair.Truth - pair.Actual).abs().max() / pair.Truth.abs().max().clamp_min(1)).item<double>()).ToString("0.0e0", CultureInfo.InvariantCulture);

    /// <summary>The best of three runs after one, fewer where they are long; the results are on the CPU, so nothing is left running.</summary>
    private static string Time(Func<Tensor[]> work)
    {
        var times = new List<double>();
        for (var total = Stopwatch.StartNew(); times.Count < 4 && (times.Count < 2 || total.Elapsed < TimeSpan.FromSeconds(20));)
        {
            using var scope = NewDisposeScope();
            var clock = Stopwatch.StartNew();
            work();
            times.Add(clock.Elapsed.TotalSeconds);
        }
        return MarkdownTable.Milliseconds(TimeSpan.FromSeconds(times.Skip(1).Min()));
    }
}
