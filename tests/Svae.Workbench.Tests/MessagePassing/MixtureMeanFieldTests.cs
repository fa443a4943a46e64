using CsCheck;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

public class MixtureMeanFieldTests
{
    private static readonly FixedPointOptions AllTheWay = new() { MaxSweeps = 1000, Tolerance = 1e-14 };

    private static readonly Gen<(int N, int n, int K, bool Dense, int Seed)> Sizes =
        from N in Gen.Int[1, 5] from n in Gen.Int[1, 4] from K in Gen.Int[1, 4] from dense in Gen.Bool from seed in Gen.Int[0, 99999]
        select (N, n, K, dense, seed);

    [Fact]
    public void The_fixed_point_is_a_stationary_point_of_the_bound_written_out_with_dense_algebra() => Sizes.Sample(s =>
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (potentials, Jn, hn) = RandomMixture.Problem(s.N, s.n, s.K, s.Dense, s.Seed);
        var q = MixtureMeanField.Infer(potentials, Jn, hn, options: AllTheWay);
        for (int i = 0; i < s.N; i++)
        {
            // q(x): exp E_q(z) of the joint; q(z): exp E_q(x) of the joint; the bound: E_q log joint + H(x) + H(z).
            Tensor dense = s.Dense ? Jn[i] : diag(Jn[i]), gamma = q.Responsibilities[i];
            Tensor precision = dense, linear = hn[i];
            for (int k = 0; k < s.K; k++) (precision, linear) = (precision + gamma[k] * potentials.J[k], linear + gamma[k] * potentials.h[k]);
            Tensor covariance = linalg.inv(precision), mean = covariance.mv(linear);
            AssertClose.Equal(mean, q.Mean[i], 1e-6, "mean");
            AssertClose.Equal(covariance, q.Covariance[i], 1e-6, "covariance");
            AssertClose.Equal((RandomMixture.Evidence(potentials, q.Mean[i], q.Covariance[i]) + potentials.LogWeights).softmax(0), gamma, 1e-9, "γ");
            AssertClose.Equal(RandomMixture.Bound(potentials, dense, hn[i], gamma, mean, covariance), q.Surrogate[i], 1e-8, "surrogate");
            Tensor nodes = hn[i].dot(mean) - 0.5 * (dense * (covariance + outer(mean, mean))).sum();
            AssertClose.Equal(q.Surrogate[i] - nodes, q.NegativeKl[i], 1e-6, "−KL");
            Assert.True(q.Surrogate[i].item<double>() <= RandomMixture.ExactLogZ(potentials, dense, hn[i]).item<double>() + 1e-9);
        }
        Assert.InRange(q.Report.LargestFall, 0, 1e-9);
    }, iter: 25, threads: 1);

    [Fact]
    public void In_one_dimension_the_bound_is_log_Z_less_the_divergence_by_quadrature()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (potentials, Jn, hn) = RandomMixture.Problem(3, 1, 3, false, 12);
        var q = MixtureMeanField.Infer(potentials, Jn, hn, options: AllTheWay);
        const double step = 1e-3;
        Tensor x = arange(-20000, 20000, ScalarType.Float64) * step;
        for (int i = 0; i < 3; i++)
        {
            Tensor node = -0.5 * Jn[i, 0] * x * x + hn[i, 0] * x;                        // [X]
            Tensor prior = -0.5 * potentials.J[.., 0, 0] * (x * x).unsqueeze(1) + potentials.h[.., 0] * x.unsqueeze(1) + potentials.c + potentials.LogWeights; // [X, K]
            Tensor variance = q.Covariance[i, 0, 0], gamma = q.Responsibilities[i];
            Tensor logx = -0.5 * (x - q.Mean[i, 0]).square() / variance - 0.5 * (2 * Math.PI * variance).log();
            Tensor logq = logx.unsqueeze(1) + gamma.log(), weight = logq.exp() * step;
            AssertClose.Equal((weight * (prior + node.unsqueeze(1) - logq)).sum(), q.Surrogate[i], 1e-8, "surrogate");
            AssertClose.Equal((weight * (prior - logq)).sum(), q.NegativeKl[i], 1e-8, "−KL");
            Tensor logZ = ((prior + node.unsqueeze(1)).exp().sum() * step).log();
            AssertClose.Equal(logZ, RandomMixture.ExactLogZ(potentials, diag(Jn[i]), hn[i]), 1e-9, "exact log Z");
        }
    }

    [Fact]
    public void One_component_is_the_exact_Gaussian()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (potentials, Jn, hn) = RandomMixture.Problem(4, 3, 1, true, 3);
        var q = MixtureMeanField.Infer(potentials, Jn, hn);
        for (int i = 0; i < 4; i++) AssertClose.Equal(RandomMixture.ExactLogZ(potentials, Jn[i], hn[i]), q.Surrogate[i], 1e-9, "log Z");
        AssertClose.Equal(ones_like(q.Responsibilities), q.Responsibilities);
    }

    private static readonly Gen<(int N, int n, int K, bool Dense, int Seed, double Scale, FixedPointOptions Options)> Calls =
        from N in Gen.Int[1, 20] from n in Gen.Int[1, 6] from K in Gen.Int[1, 9] from dense in Gen.Bool from seed in Gen.Int[0, 99999]
        from exponent in Gen.Int[-3, 4] from route in Gen.Enum<FixedPointGradient>() from sweeps in Gen.Int[0, 6] from truncated in Gen.Int[0, 3]
        select (N, n, K, dense, seed, Math.Pow(10, exponent), new FixedPointOptions
        {
            MaxSweeps = route == FixedPointGradient.Implicit ? 10 * sweeps : sweeps, Tolerance = -1, Gradient = route, TruncatedSweeps = truncated,
            AdjointTolerance = 1e-12, MaxAdjointIterations = 200,
        });

    /// <summary>Up to three groups of lanes; a missing point, a component ruled out at one, and node potentials from vague to stiff.</summary>
    [Fact]
    public void Both_forms_agree_by_every_route_and_so_do_their_gradients() => Calls.Sample(s =>
    {
        using var scope = NewDisposeScope();
        var (potentials, Jn, hn) = RandomMixture.Problem(s.N, s.n, s.K, s.Dense, s.Seed);
        (Jn, hn) = (Jn * s.Scale, hn * s.Scale);
        Jn[s.N - 1] = 0;
        hn[s.N - 1] = 0;
        var g = new Generator((ulong)s.Seed);
        Tensor noise = randn([2, s.N, s.n], ScalarType.Float64, generator: g), start = randn([s.N, s.K], ScalarType.Float64, generator: g).softmax(1);
        Tensor labels = zeros([s.N, s.K], ScalarType.Float64);
        if (s.K > 1) labels[0, 0] = double.NegativeInfinity;
        Tensor[] all = [Jn, hn, potentials.J, potentials.h, potentials.c, potentials.LogWeights];
        Tensor[] Outputs(Tensor[] p, MessagePassingForm form)
        {
            var q = MixtureMeanField.Infer(new(p[2], p[3], p[4], p[5]), p[0], p[1], noise, s.Seed % 2 == 0 ? start : null, labels, s.Options, form);
            return [q.Responsibilities, q.Mean, q.Covariance, q.Samples!, q.Evidence, q.Surrogate, q.NegativeKl, tensor(q.Report.Surrogate.ToArray()), tensor(q.Report.SequenceResiduals.ToArray())];
        }
        Tensor Objective(Tensor[] p, MessagePassingForm form) => Outputs(p, form).Take(7)
            .Select((output, i) => (output * RandomMixture.Weights(output, i)).sum()).Aggregate((x, y) => x + y);

        Tensor[] expected = Outputs(all, MessagePassingForm.Sequential), actual = Outputs(all, MessagePassingForm.Fused);
        for (int i = 0; i < expected.Length; i++) AssertClose.Equal(expected[i], actual[i], 1e-9, $"output {i}");
        var tensors = FiniteDifferences.Autograd(p => Objective(p, MessagePassingForm.Sequential), all);
        var fused = FiniteDifferences.Autograd(p => Objective(p, MessagePassingForm.Fused), all);
        for (int i = 0; i < all.Length; i++) AssertClose.Equal(tensors[i], fused[i], 1e-9, $"gradient {i}");
    }, iter: 40, threads: 1);

    [Fact]
    public void The_exact_implicit_gradient_is_that_of_all_sweeps_unrolled()
    {
        using var scope = NewDisposeScope();
        var (potentials, Jn, hn) = RandomMixture.Problem(11, 3, 6, true, 5);
        Tensor[] Gradients(FixedPointGradient route) => FiniteDifferences.Autograd(p =>
        {
            var q = MixtureMeanField.Infer(new(p[2], p[3], p[4], p[5]), p[0], p[1],
                options: new() { MaxSweeps = 600, Tolerance = -1, Gradient = route, AdjointTolerance = 1e-13, MaxAdjointIterations = 100 });
            return (q.Mean.sin().sum() + q.Responsibilities.square().sum() + q.NegativeKl.sum());
        }, [Jn, hn, potentials.J, potentials.h, potentials.c, potentials.LogWeights]);
        Tensor[] unrolled = Gradients(FixedPointGradient.Unrolled), exact = Gradients(FixedPointGradient.Implicit);
        for (int i = 0; i < exact.Length; i++) AssertClose.Equal(unrolled[i], exact[i], 1e-9, $"gradient {i}");
    }

    /// <summary>Conjugate residuals end after as many products as the potentials have independent columns.</summary>
    [Fact]
    public void The_adjoint_system_is_solved_exactly_in_few_products()
    {
        using var scope = NewDisposeScope();
        var (potentials, Jn, hn) = RandomMixture.Problem(30, 2, 15, true, 2);
        hn.requires_grad_();
        var q = MixtureMeanField.Infer(potentials, Jn, hn, options: new() { MaxSweeps = 2000, Tolerance = 1e-14, AdjointTolerance = 1e-10, MaxAdjointIterations = 30 });
        (q.Mean.sin().sum() + q.Responsibilities.square().sum()).backward();
        Assert.True(q.Report.Adjoint.Converged);
        Assert.Equal(0, q.Report.Adjoint.FellBack);
        Assert.InRange(q.Report.Adjoint.Iterations, 2, 8);
    }

    [Theory]
    [InlineData(FixedPointGradient.Implicit, false)]
    [InlineData(FixedPointGradient.Implicit, true)]
    [InlineData(FixedPointGradient.Unrolled, false)]
    public void Gradients_of_every_output_match_finite_differences(FixedPointGradient route, bool dense)
    {
        using var scope = NewDisposeScope();
        var (potentials, Jn, hn) = RandomMixture.Problem(3, 2, 3, dense, 8);
        Tensor noise = randn([2, 3, 2], ScalarType.Float64, generator: new Generator(3));
        var options = new FixedPointOptions { MaxSweeps = 60, Tolerance = -1, Gradient = route, AdjointTolerance = 1e-11, MaxAdjointIterations = 100 };
        static Tensor Symmetric(Tensor J) => (J + J.mT) / 2;
        Tensor F(Tensor[] p)
        {
            var q = MixtureMeanField.Infer(new(Symmetric(p[2]), p[3], p[4], p[5]), dense ? Symmetric(p[0]) : p[0], p[1], noise, options: options);
            return new[] { q.Responsibilities, q.Mean, q.Covariance, q.Samples!, q.Evidence, q.Surrogate, q.NegativeKl }
                .Select((output, i) => (output * RandomMixture.Weights(output, i)).sum()).Aggregate((a, b) => a + b);
        }
        FiniteDifferences.AssertAgree(F, [Jn, hn, potentials.J, potentials.h, potentials.c, potentials.LogWeights], 1e-6);
    }

    [Fact]
    public void A_missing_point_is_a_draw_from_the_prior()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (potentials, Jn, hn) = RandomMixture.Problem(2, 2, 3, false, 4);
        Jn[1] = 0;
        hn[1] = 0;
        var q = MixtureMeanField.Infer(potentials, Jn, hn, options: AllTheWay);
        AssertClose.Equal(q.Surrogate[1], q.NegativeKl[1], 1e-12, "no node potentials, no reward for them");
        Assert.True(q.NegativeKl[1].item<double>() <= RandomMixture.ExactLogZ(potentials, zeros([2, 2], ScalarType.Float64), hn[1]).item<double>() + 1e-9);
    }

    [Fact]
    public void Samples_have_the_posterior_moments()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (potentials, Jn, hn) = RandomMixture.Problem(2, 3, 2, true, 4);
        const int draws = 40_000;
        var q = MixtureMeanField.Infer(potentials, Jn, hn, randn([draws, 2, 3], ScalarType.Float64, generator: new Generator(1)));
        Tensor centred = q.Samples! - q.Mean, deviation = q.Covariance.diagonal(0, 1, 2).sqrt();
        Assert.True((centred.mean([0L]).abs() / deviation).max().item<double>() < 5 / Math.Sqrt(draws));
        Tensor covariance = einsum("sia,sib->iab", centred, centred) / draws, scale = deviation.unsqueeze(1) * deviation.unsqueeze(2);
        Assert.True(((covariance - q.Covariance).abs() / scale).max().item<double>() < 7 / Math.Sqrt(draws));
    }

    [Fact]
    public void The_expected_potential_has_the_expected_statistics_as_its_gradient()
    {
        using var scope = NewDisposeScope();
        var (potentials, Jn, hn) = RandomMixture.Problem(4, 2, 3, false, 4);
        var q = MixtureMeanField.Infer(potentials, Jn, hn);
        var moved = new MixturePotentials(potentials.J.clone().requires_grad_(), potentials.h.clone().requires_grad_(), potentials.c, potentials.LogWeights);
        MixtureMeanField.ExpectedPotential(moved, q).sum().backward();
        AssertClose.Equal(q.Responsibilities.t().matmul(q.Mean), moved.h.grad!, 1e-12, "E[1(z = k) x]");
        Tensor second = q.Covariance + q.Mean.unsqueeze(2) * q.Mean.unsqueeze(1);
        AssertClose.Equal(-0.5 * einsum("ik,iab->kab", q.Responsibilities, second), moved.J.grad!, 1e-12, "−½ E[1(z = k) x xᵀ]");
    }

    [Theory]
    [InlineData(MessagePassingForm.Fused)]
    [InlineData(MessagePassingForm.Sequential)]
    public void Bad_input_is_refused_by_name(MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        var (potentials, Jn, hn) = RandomMixture.Problem(3, 2, 2, false, 4);
        void Refused(string message, MixturePotentials? p = null, Tensor? J = null, Tensor? h = null, Tensor? noise = null)
        {
            var error = Assert.ThrowsAny<ArgumentException>(() => MixtureMeanField.Infer(p ?? potentials, J ?? Jn, h ?? hn, noise, form: form));
            Assert.Contains(message, error.Message);
        }
        Tensor With(Tensor value, double entry, params long[] at)
        {
            Tensor copy = value.clone();
            copy[[.. at.Select(i => TensorIndex.Single(i))]] = entry;
            return copy;
        }
        Refused("mixture c[1] is NaN", potentials with { c = With(potentials.c, double.NaN, 1) });
        Refused("hn[2, 0] is +∞", h: With(hn, double.PositiveInfinity, 2, 0));
        Refused("Jn: expected [3, 2]", J: Jn.narrow(1, 0, 1));
        Refused("mixture h: expected [2, 2]", potentials with { h = potentials.h.narrow(0, 0, 1) });
        Refused("mixture J[1, 0, 1]", potentials with { J = With(potentials.J, 5, 1, 0, 1) });
        Refused("is not positive definite", J: With(Jn, -100, 1, 0));
        Refused("mixture log π[0] is −∞", potentials with { LogWeights = With(potentials.LogWeights, double.NegativeInfinity, 0) });
        Refused("Jn[1, 0, 1] = 5", J: With(diag_embed(Jn), 5, 1, 0, 1));
        Refused("noise[0, 2, 1] is NaN", noise: With(zeros([1, 3, 2], ScalarType.Float64), double.NaN, 0, 2, 1));
        Refused("noise: expected [any, 3, 2]", noise: zeros([1, 2, 2], ScalarType.Float64));
        Refused("hn: expected float64, got Float32", h: hn.to(ScalarType.Float32));
        Refused("at least one point", J: Jn.narrow(0, 0, 0), h: hn.narrow(0, 0, 0));
    }

    [Fact]
    public void A_point_without_a_precision_and_a_surrogate_beyond_double_precision_are_named()
    {
        using var scope = NewDisposeScope();
        var (potentials, Jn, hn) = RandomMixture.Problem(12, 2, 3, false, 4);
        Jn[9, 1] = -100;
        Assert.Contains("Jn[9]", Assert.Throws<ArgumentException>(() => MixtureMeanField.Infer(potentials, Jn, hn)).Message);
        Jn[9, 1] = 1;
        hn[10] = 1e200;
        Assert.Contains("point 10 is not finite after sweep 1", Assert.Throws<ArithmeticException>(() => MixtureMeanField.Infer(potentials, Jn, hn)).Message);
    }
}
