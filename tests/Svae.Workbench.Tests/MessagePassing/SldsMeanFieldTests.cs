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
    /// <summary>1 within a sequence, [B, T, 1].</summary>
    internal static Tensor Mask(Tensor lengths, long frames) => (arange(frames) < lengths.unsqueeze(1)).to(ScalarType.Float64).unsqueeze(2);

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
    public void Each_sweep_matches_dense_algebra_and_enumeration() => GoldenComparison.AssertAll(GoldenSweeps());

    [Fact]
    public void The_fixed_point_matches_dense_algebra_and_enumeration() => GoldenComparison.AssertAll(GoldenFixedPoint());

    internal static GoldenComparison[] GoldenSweeps()
    {
        var (potentials, Jn, hn, start) = FromGolden();
        using var mode = no_grad();
        return [.. Enumerable.Range(0, 6).SelectMany(sweep =>
        {
            // The final evaluation is itself a sweep, the one after those that the iteration makes.
            var q = SldsMeanField.Infer(potentials, Jn, hn, start: start, options: new() { MaxSweeps = sweep, Tolerance = 0 });
            return new[]
            {
                Golden.Compare($"gamma {sweep}", Golden["gamma"][sweep], q.States.Marginals[0]),
                Golden.Compare($"surrogate {sweep}", Golden["surrogate"][sweep], q.Surrogate[0] - LogTwoPi(hn)),
                Golden.Compare($"neg_kl {sweep}", Golden["neg_kl"][sweep], q.NegativeKl[0] - LogTwoPi(hn)),
            };
        })];
    }

    /// <summary>The case lists 500 sweeps; what they have still to go in γ is below 1e-7, and the surrogate is flat there.</summary>
    internal static GoldenComparison[] GoldenFixedPoint()
    {
        var (potentials, Jn, hn, start) = FromGolden();
        using var mode = no_grad();
        var q = SldsMeanField.Infer(potentials, Jn, hn, start: start, options: new() { MaxSweeps = 400, Tolerance = 1e-15 });
        return
        [
            Golden.Compare("gamma_fix", q.States.Marginals[0], 1e-7), Golden.Compare("mean_fix", q.Chain.Mean[0], 1e-7), Golden.Compare("r_fix", q.Evidence[0], 1e-7),
            Golden.Compare("surrogate_fix", q.Surrogate[0] - LogTwoPi(hn)), Golden.Compare("neg_kl_fix", q.NegativeKl[0] - LogTwoPi(hn), 1e-7),
        ];
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

    [Fact]
    public void Sequences_of_a_ragged_batch_do_not_see_each_other_nor_their_padding() => (from n in Gen.Int[1, 3] from K in Gen.Int[1, 4]
        from seed in Gen.Int[0, 9999] select (n, K, seed)).Sample(c =>
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        long[] lengths = [1, 6, 2];
        var (potentials, Jn, hn) = RandomSlds.Problem(3, 6, c.n, c.K, c.seed);
        Tensor noise = randn([2, 3, 6, c.n], ScalarType.Float64, generator: new Generator(3));
        var options = new FixedPointOptions { MaxSweeps = 7, Tolerance = -1 };
        Tensor padding = (arange(6) >= tensor(lengths).unsqueeze(1)).unsqueeze(2);
        var q = SldsMeanField.Infer(potentials, Jn.masked_fill(padding, double.NaN), hn.masked_fill(padding, double.NaN), tensor(lengths), noise, options: options);
        for (int b = 0; b < 3; b++)
        {
            long T = lengths[b];
            Tensor Part(Tensor x) => x.narrow(0, b, 1).narrow(1, 0, T);
            var alone = SldsMeanField.Infer(potentials, Part(Jn), Part(hn), noise: noise.narrow(1, b, 1).narrow(2, 0, T), options: options);
            AssertClose.Equal(alone.States.Marginals, Part(q.States.Marginals), 1e-10, "γ");
            AssertClose.Equal(alone.Chain.Mean, Part(q.Chain.Mean), 1e-10, "mean");
            AssertClose.Equal(alone.Chain.Samples![1], Part(q.Chain.Samples![1]), 1e-10, "sample");
            AssertClose.Equal(alone.NegativeKl[0], q.NegativeKl[b], 1e-10, "−KL");
            AssertClose.Equal(alone.Surrogate[0], q.Surrogate[b], 1e-10, "surrogate");
        }
        Assert.Equal(0, (q.States.Marginals * padding).abs().sum().item<double>());
        Assert.Equal(3, q.Report.SequenceResiduals.Count);
    }, iter: 15, threads: 1);

    [Fact]
    public void Dense_node_potentials_with_a_diagonal_are_diagonal_ones() => (from T in Gen.Int[1, 5] from n in Gen.Int[1, 3] from seed in Gen.Int[0, 9999]
        select (T, n, seed)).Sample(c =>
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (potentials, Jn, hn) = RandomSlds.Problem(2, c.T, c.n, 3, c.seed);
        Tensor lengths = tensor(new long[] { c.T, 1 });
        var diagonal = SldsMeanField.Infer(potentials, Jn, hn, lengths);
        var dense = SldsMeanField.Infer(potentials, diag_embed(Jn), hn, lengths);
        AssertClose.Equal(diagonal.States.Marginals, dense.States.Marginals, 1e-10, "γ");
        AssertClose.Equal(diagonal.NegativeKl, dense.NegativeKl, 1e-10, "−KL");
    }, iter: 10, threads: 1);

    [Fact]
    public void Without_any_observation_the_bound_is_that_of_the_prior()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (potentials, Jn, hn) = RandomSlds.Problem(2, 5, 2, 3, 5);
        var q = SldsMeanField.Infer(potentials, zeros_like(Jn), zeros_like(hn), options: new() { MaxSweeps = 300, Tolerance = 1e-13 });
        AssertClose.Equal(q.Surrogate, q.NegativeKl, 1e-12, "no node potentials, no reward for them");
        Assert.InRange(q.Report.LargestFall, 0, 1e-10);
        Assert.True(q.States.Marginals.isfinite().all().item<bool>());
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
    public void Bad_input_is_refused_by_name()
    {
        using var scope = NewDisposeScope();
        var (potentials, Jn, hn) = RandomSlds.Problem(2, 3, 2, 2, 5);
        void Refused(string message, SldsPotentials? p = null, Tensor? J = null, Tensor? h = null, long[]? lengths = null, double beta = 1, Tensor? noise = null)
        {
            var error = Assert.ThrowsAny<ArgumentException>(() =>
                SldsMeanField.Infer(p ?? potentials, J ?? Jn, h ?? hn, lengths is null ? null : tensor(lengths), noise, stateWeight: beta));
            Assert.Contains(message, error.Message);
        }
        Tensor With(Tensor value, double entry, params long[] at)
        {
            Tensor copy = value.clone();
            copy[[.. at.Select(i => TensorIndex.Single(i))]] = entry;
            return copy;
        }
        Refused("SLDS c[1] is NaN", potentials with { c = With(potentials.c, double.NaN, 1) });
        Refused("SLDS J12: expected [2, 2, 2]", potentials with { J12 = potentials.J12.narrow(0, 0, 1) });
        Refused("SLDS J22[1, 0, 1]", potentials with { J22 = With(potentials.J22, 7, 1, 0, 1) });
        Refused("SLDS h0: expected float64", potentials with { h0 = potentials.h0.to(ScalarType.Float32) });
        Refused("LogTransition[0, 1] is NaN", potentials with { LogTransition = With(potentials.LogTransition, double.NaN, 0, 1) });
        Refused("hn[1, 2, 0] is NaN", h: With(hn, double.NaN, 1, 2, 0));
        Refused("Jn: expected [2, 3, 2]", J: Jn.narrow(1, 0, 2));
        Refused("lengths[1] = 4", lengths: [3, 4]);
        Refused("is not positive definite at time step 2", J: With(Jn, -1000, 1, 2, 0));
        Refused("β", beta: 0.5);
        Refused("noise[0, 1, 2, 1] is NaN", noise: With(ones(1, 2, 3, 2, ScalarType.Float64), double.NaN, 0, 1, 2, 1));
        Refused("noise: expected [any, 2, 3, 2]", noise: ones(1, 2, 3, 3, ScalarType.Float64));
    }
}
