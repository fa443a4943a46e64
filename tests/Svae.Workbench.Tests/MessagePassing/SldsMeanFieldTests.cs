using CsCheck;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

public class SldsMeanFieldTests
{
    private static readonly GoldenCase Golden = GoldenCase.Load("slds_meanfield_T6_n2_K3");

    private static (SldsPotentials, Tensor Jn, Tensor hn, Tensor Start) FromGolden()
    {
        Tensor none = zeros_like(Golden["h0"]);
        var potentials = new SldsPotentials(Golden["J0"], Golden["h0"], Golden["c0"], Golden["J11"], Golden["J12"], Golden["J22"],
            none, none, Golden["c"], Golden["log_pi"], Golden["log_A"]);
        return (potentials, Golden["Jn"].unsqueeze(0), Golden["hn"].unsqueeze(0), Golden["gamma0"].unsqueeze(0));
    }

    /// <summary>(nT/2) log 2π: the golden case leaves it out of the chain's log Z.</summary>
    private static double LogTwoPi(Tensor hn) => 0.5 * hn.numel() * Math.Log(2 * Math.PI);

    [Fact]
    public void Each_sweep_matches_dense_algebra_and_enumeration()
    {
        var (potentials, Jn, hn, start) = FromGolden();
        Tensor surrogates = Golden["surrogate"], negativeKl = Golden["neg_kl"], gamma = Golden["gamma"];
        using var mode = no_grad();
        for (int sweeps = 1; sweeps <= 6; sweeps++)
        {
            // The final evaluation is itself a sweep: sweeps − 1 to get there.
            var options = new FixedPointOptions { MaxSweeps = sweeps - 1, Tolerance = 0 };
            var posterior = SldsMeanField.Infer(potentials, Jn, hn, start: start, options: options);
            AssertClose.Equal(gamma[sweeps - 1], posterior.States.Marginals[0], 1e-9, $"γ after sweep {sweeps}");
            AssertClose.Equal(surrogates[sweeps - 1], posterior.Surrogate[0] - LogTwoPi(hn), 1e-9, "surrogate");
            AssertClose.Equal(negativeKl[sweeps - 1], posterior.NegativeKl[0] - LogTwoPi(hn), 1e-9, "−KL");
        }
    }

    [Fact]
    public void The_fixed_point_matches_dense_algebra_and_enumeration()
    {
        var (potentials, Jn, hn, start) = FromGolden();
        using var mode = no_grad();
        var posterior = SldsMeanField.Infer(potentials, Jn, hn, start: start, options: new() { MaxSweeps = 400, Tolerance = 1e-15 });
        AssertClose.Equal(Golden["gamma_fix"], posterior.States.Marginals[0], 1e-7, "γ");
        AssertClose.Equal(Golden["mean_fix"], posterior.Chain.Mean[0], 1e-7, "mean");
        AssertClose.Equal(Golden["r_fix"], posterior.Evidence[0], 1e-7, "evidence");
        AssertClose.Equal(Golden["surrogate_fix"], posterior.Surrogate[0] - LogTwoPi(hn), 1e-9, "surrogate");
        AssertClose.Equal(Golden["neg_kl_fix"], posterior.NegativeKl[0] - LogTwoPi(hn), 1e-7, "−KL");
    }

    [Fact]
    public void The_surrogate_never_falls() => (from T in Gen.Int[1, 9] from n in Gen.Int[1, 3] from K in Gen.Int[1, 4] from beta in Gen.Double[1, 4]
        from seed in Gen.Int[0, 9999] select (T, n, K, beta, seed)).Sample(c =>
    {
        using var scope = NewDisposeScope();
        var (potentials, Jn, hn) = RandomSlds.Problem(2, c.T, c.n, c.K, c.seed);
        using var mode = no_grad();
        Tensor lengths = tensor(new long[] { c.T, Math.Max(1, c.T - 2) });
        var posterior = SldsMeanField.Infer(potentials, Jn, hn, lengths, stateWeight: c.beta, options: new() { MaxSweeps = 30, Tolerance = 1e-12 });
        var trace = posterior.Report.Surrogate;
        for (int s = 1; s < trace.Count; s++)
            Assert.True(trace[s] >= trace[s - 1] - 1e-9 * (1 + Math.Abs(trace[s])), $"sweep {s}: {trace[s - 1]} → {trace[s]}");
        Assert.True(double.IsFinite(posterior.NegativeKl.sum().item<double>()));
    }, iter: 40);

    [Theory]
    [InlineData(FixedPointGradient.Implicit)]
    [InlineData(FixedPointGradient.Unrolled)]
    public void Gradients_through_the_fixed_point_match_finite_differences(FixedPointGradient route)
    {
        var (potentials, Jn, hn) = RandomSlds.Problem(2, 3, 2, 2, 7);
        Jn = Jn + 3; // informative frames: the iteration contracts quickly
        Tensor noise = randn([1, 2, 3, 2], ScalarType.Float64, generator: new Generator(3));
        // All 60 sweeps: the surrogate is flat at the fixed point, so its change says little about the last digits of γ.
        var options = new FixedPointOptions { MaxSweeps = 60, Tolerance = -1, Gradient = route, AdjointTolerance = 1e-10, MaxAdjointIterations = 200 };
        Tensor F(Tensor[] p)
        {
            var moved = potentials with { h0 = p[2], J12 = p[3], LogTransition = p[4], c = p[5] };
            var q = SldsMeanField.Infer(moved, p[0], p[1], noise: noise, options: options);
            return q.NegativeKl.sum() + q.Chain.Samples!.sin().sum() + q.States.Marginals.square().sum();
        }
        FiniteDifferences.AssertAgree(F, [Jn, hn, potentials.h0, potentials.J12, potentials.LogTransition, potentials.c], 1e-5);
    }

    [Fact]
    public void The_implicit_route_reports_its_convergence()
    {
        var (potentials, Jn, hn) = RandomSlds.Problem(2, 6, 2, 3, 11);
        hn = hn.requires_grad_();
        var q = SldsMeanField.Infer(potentials, Jn, hn, options: new() { MaxSweeps = 200, Tolerance = 1e-12, AdjointTolerance = 1e-8, MaxAdjointIterations = 200 });
        q.NegativeKl.sum().backward();
        Assert.True(q.Report.Converged);
        Assert.True(q.Report.Adjoint.Converged);
        Assert.InRange(q.Report.Adjoint.Residual, 0, 1e-8);
    }

    [Fact]
    public void One_state_is_the_plain_chain()
    {
        var (potentials, Jn, hn) = RandomSlds.Problem(1, 4, 2, 1, 5);
        using var mode = no_grad();
        var q = SldsMeanField.Infer(potentials, Jn, hn);
        var chain = GaussianChain.Infer(potentials.AverageOverStates(ones(1, 4, 1, ScalarType.Float64), Jn, hn).Chain);
        AssertClose.Equal(chain.Mean, q.Chain.Mean);
        AssertClose.Equal(ones(1, 4, 1, ScalarType.Float64), q.States.Marginals);
    }

    [Fact]
    public void A_non_finite_block_is_refused_by_name()
    {
        var (potentials, Jn, hn) = RandomSlds.Problem(1, 3, 2, 2, 5);
        Tensor broken = potentials.c.clone();
        broken[1] = double.NaN;
        var error = Assert.Throws<ArgumentException>(() => SldsMeanField.Infer(potentials with { c = broken }, Jn, hn));
        Assert.Contains("SLDS c[1] is NaN", error.Message);
    }
}

/// <summary>Random SLDS potentials that any node potentials make proper.</summary>
internal static class RandomSlds
{
    public static (SldsPotentials, Tensor Jn, Tensor hn) Problem(int batch, int frames, int n, int states, int seed)
    {
        var g = new Generator((ulong)seed + 1);
        Tensor R(params long[] shape) => randn(shape, ScalarType.Float64, generator: g);
        Tensor Spd() { Tensor a = R(states, n, n); return matmul(a, a.mT) / n + 0.5 * eye(n, dtype: ScalarType.Float64); }
        Tensor A = 0.6 * R(states, n, n), L = Spd(), b = 0.5 * R(states, n, 1);
        Tensor AtL = matmul(A.mT, L);
        var potentials = new SldsPotentials(Spd(), R(states, n), R(states), matmul(AtL, A), -AtL, L,
            -matmul(AtL, b).squeeze(2), matmul(L, b).squeeze(2), R(states), R(states), R(states, states));
        return (potentials, R(batch, frames, n).square() + 0.1, 2 * R(batch, frames, n));
    }
}
