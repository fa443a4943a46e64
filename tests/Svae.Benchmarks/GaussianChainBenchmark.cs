using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Benchmarks;

/// <summary>Gaussian chain, smoother and one joint sample, forward and backward.</summary>
internal static class GaussianChainBenchmark
{
    public static void Run()
    {
        var rows = new List<Comparison>();
        foreach (var (n, target) in new[] { (4, 0.03), (10, 0.07), (16, 0.12) })
        {
            using var scope = NewDisposeScope();
            Problem problem = Problem.Random(batch: 32, time: 200, latent: n, seed: n);
            rows.Add(new AlternatingBenchmark().Compare($"B = 32, T = 200, n = {n}",
                () => problem.ForwardBackward(MessagePassingForm.Auto), () => problem.ForwardBackward(MessagePassingForm.Sequential), target));
        }
        MarkdownTable.Print("Gaussian chain, smoother + sample, forward + backward, one thread", "fused", "sequential tensor form", rows);
        MarkdownTable.PrintYardsticks((rows[1], 12, "batched PyTorch 244–282 ms, the 2016 project's Cython 169 ms"));
    }

    /// <summary>A stable linear dynamical system with random diagonal node potentials, and a gradient for every output.</summary>
    internal sealed record Problem(ChainPotentials Potentials, Tensor Noise, Tensor[] OutputGradients)
    {
        public static Problem Random(long batch, long time, long latent, int seed)
        {
            Generator g = manual_seed(seed);
            Tensor Normal(params long[] shape) => randn(shape, dtype: ScalarType.Float64, generator: g);
            Tensor A = 0.9 * eye(latent, dtype: ScalarType.Float64) + 0.1 / Math.Sqrt(latent) * Normal(latent, latent);
            Tensor precision = 5 * eye(latent, dtype: ScalarType.Float64);
            var potentials = new ChainPotentials(
                J0: eye(latent, dtype: ScalarType.Float64), h0: zeros(latent, dtype: ScalarType.Float64),
                J11: A.mT.matmul(precision).matmul(A), J12: -A.mT.matmul(precision), J22: precision,
                Jn: Normal(batch, time, latent).square() + 0.1, hn: Normal(batch, time, latent));
            foreach (Tensor leaf in Leaves(potentials)) leaf.requires_grad_();
            return new Problem(potentials, Normal(1, batch, time, latent),
            [
                Normal(batch), Normal(batch, time, latent), Normal(batch, time, latent, latent),
                Normal(batch, time - 1, latent, latent), Normal(1, batch, time, latent),
            ]);
        }

        public void ForwardBackward(MessagePassingForm form)
        {
            using var scope = NewDisposeScope();
            ChainPosterior q = GaussianChain.Infer(Potentials, noise: Noise, form: form);
            autograd.backward([q.LogZ, q.Mean, q.Covariance, q.CrossCovariance, q.Samples!], OutputGradients);
            foreach (Tensor leaf in Leaves(Potentials)) leaf.grad = null;
        }

        /// <summary>Resident memory at the end of a forward pass whose graph is still held, beyond that before it.</summary>
        public double PeakMegabytes(MessagePassingForm form)
        {
            using var scope = NewDisposeScope();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            long before = Environment.WorkingSet;
            ChainPosterior q = GaussianChain.Infer(Potentials, noise: Noise, form: form);
            double megabytes = (Environment.WorkingSet - before) / 1e6;
            GC.KeepAlive(q);
            return megabytes;
        }

        private static Tensor[] Leaves(ChainPotentials p) => [p.J0, p.h0, p.J11, p.J12, p.J22, p.Jn, p.hn];
    }
}
