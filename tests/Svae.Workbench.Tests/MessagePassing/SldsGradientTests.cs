using CsCheck;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

public class SldsGradientTests(ITestOutputHelper output)
{
    /// <summary>All sweeps: the surrogate is flat at the fixed point, so its change says little about the last digits of γ.</summary>
    private static FixedPointOptions Exactly(FixedPointGradient route) =>
        new() { MaxSweeps = 30, Tolerance = -1, Gradient = route, AdjointTolerance = 1e-11, MaxAdjointIterations = 200 };

    internal static Tensor[] Potentials(SldsPotentials p, Tensor Jn, Tensor hn) =>
        [p.J0, p.h0, p.c0, p.J11, p.J12, p.J22, p.g1, p.g2, p.c, p.LogInitial, p.LogTransition, Jn, hn];

    internal static SldsMeanFieldPosterior Infer(
        Tensor[] p, Tensor? noise, FixedPointOptions options, Tensor? lengths = null, MessagePassingForm form = MessagePassingForm.Auto, Tensor? labels = null, double beta = 1)
    {
        static Tensor Symmetric(Tensor J) => (J + J.mT) / 2; // one entry moved by finite differences must not break the symmetry
        var potentials = new SldsPotentials(Symmetric(p[0]), p[1], p[2], Symmetric(p[3]), p[4], Symmetric(p[5]), p[6], p[7], p[8], p[9], p[10]);
        return SldsMeanField.Infer(potentials, p[11].dim() == 4 ? Symmetric(p[11]) : p[11], p[12], lengths, noise, labels: labels, stateWeight: beta, options: options, form: form);
    }

    internal static Tensor[] Outputs(SldsMeanFieldPosterior q) =>
    [
        q.States.Marginals, q.States.LogZ, q.States.PairMarginalSum, q.Evidence, q.Surrogate, q.NegativeKl,
        q.Chain.LogZ, q.Chain.Mean, q.Chain.Covariance, q.Chain.CrossCovariance, .. q.Chain.Samples is null ? Array.Empty<Tensor>() : [q.Chain.Samples],
    ];

    /// <summary>A sum that tells all entries of all outputs apart.</summary>
    internal static Tensor Objective(SldsMeanFieldPosterior q) =>
        Outputs(q).Select((value, i) => (value * RandomMixture.Weights(value, i)).sum()).Aggregate((a, b) => a + b);

    [Theory]
    [InlineData(FixedPointGradient.Implicit, false)]
    [InlineData(FixedPointGradient.Implicit, true)]
    [InlineData(FixedPointGradient.Unrolled, false)]
    public void Gradients_of_every_output_by_every_potential_match_finite_differences(FixedPointGradient route, bool dense)
    {
        using var scope = NewDisposeScope();
        var (potentials, Jn, hn) = RandomSlds.Problem(2, 3, 2, 2, 7);
        Jn = dense ? diag_embed(Jn + 3) + 0.3 : Jn + 3; // informative frames: the iteration contracts quickly
        Tensor noise = randn([1, 2, 3, 2], ScalarType.Float64, generator: new Generator(3)), lengths = tensor(new long[] { 3, 2 });
        Tensor F(Tensor[] p)
        {
            var q = Infer(p, noise, Exactly(route), lengths);
            return Objective(q with { Evidence = q.Evidence * SldsMeanFieldTests.Mask(lengths, 3) });
        }
        FiniteDifferences.AssertAgree(F, Potentials(potentials, Jn, hn), 1e-6);
    }

    [Fact]
    public void Unrolled_and_implicit_agree_at_convergence_and_truncated_does_not()
    {
        using var scope = NewDisposeScope();
        var (potentials, Jn, hn) = RandomSlds.Problem(3, 6, 2, 3, 7);
        Tensor noise = randn([1, 3, 6, 2], ScalarType.Float64, generator: new Generator(3));
        Tensor[] Gradients(FixedPointOptions options) =>
            FiniteDifferences.Autograd(p => Objective(Infer(p, noise, options)), Potentials(potentials, Jn + 1, hn));
        double Difference(Tensor[] a, Tensor[] b) => a.Zip(b, (x, y) => AssertClose.RelativeError(x, y)).Max();

        var exact = Exactly(FixedPointGradient.Implicit) with { MaxSweeps = 300 };
        var implicitly = Gradients(exact);
        Assert.InRange(Difference(implicitly, Gradients(exact with { Gradient = FixedPointGradient.Unrolled })), 0, 1e-6);
        Assert.InRange(Difference(implicitly, Gradients(exact with { Damping = 0.5, AdjointMemory = 0 })), 0, 1e-6);
        double[] truncated = [.. new[] { 0, 1, 3 }.Select(k => Difference(implicitly, Gradients(exact with { Gradient = FixedPointGradient.Truncated, TruncatedSweeps = k })))];
        Assert.True(truncated[0] > truncated[1] && truncated[1] > truncated[2] && truncated[2] > 1e-6, $"truncated: {string.Join(", ", truncated)}");
    }

    [Fact]
    public void Sequences_have_residuals_of_their_own()
    {
        using var scope = NewDisposeScope();
        var (potentials, Jn, hn) = RandomSlds.Problem(3, 6, 2, 3, 11);
        hn = hn.requires_grad_();
        var q = SldsMeanField.Infer(potentials, Jn, hn, options: new() { MaxSweeps = 200, Tolerance = 1e-12, AdjointTolerance = 1e-8, MaxAdjointIterations = 200 });
        Assert.Equal(0, q.Report.Adjoint.Iterations);
        (q.NegativeKl[0] * 1e-9 + q.States.Marginals[1].square().sum() * 1e6).backward(); // the third has no gradient at all
        Assert.True(q.Report.Converged && q.Report.Adjoint.Converged && q.Report.Adjoint.FellBack == 0);
        Assert.InRange(q.Report.Adjoint.Residual, 0, 1e-8);
        Assert.Equal(0, hn.grad![2].abs().max().item<double>());
    }

    [Fact]
    public void What_does_not_converge_takes_the_one_step_gradient_and_says_so()
    {
        using var scope = NewDisposeScope();
        var (potentials, Jn, hn) = RandomSlds.Problem(2, 12, 2, 3, 2);
        Tensor[] Gradients(FixedPointOptions options, out FixedPointReport report)
        {
            Tensor leaf = hn.detach().clone().requires_grad_();
            var q = SldsMeanField.Infer(potentials, 0.05 * Jn, leaf, options: options);
            q.States.Marginals.square().sum().backward();
            report = q.Report;
            return [leaf.grad!];
        }
        // One product with the Jacobian measures the residual of u = v and leaves no time to improve on it.
        var options = new FixedPointOptions { MaxSweeps = 100, Tolerance = -1, MaxAdjointIterations = 1, AdjointTolerance = 1e-12 };
        var implicitly = Gradients(options, out var report);
        Assert.False(report.Adjoint.Converged);
        Assert.Equal(2, report.Adjoint.FellBack);
        var oneStep = Gradients(options with { Gradient = FixedPointGradient.Truncated, TruncatedSweeps = 1 }, out _);
        AssertClose.Equal(oneStep[0], implicitly[0], 1e-6, "one-step gradient");
    }

    [Fact]
    public void Without_a_gradient_to_take_no_graph_is_kept()
    {
        using var scope = NewDisposeScope();
        var (potentials, Jn, hn) = RandomSlds.Problem(2, 3, 2, 2, 7);
        Assert.False(SldsMeanField.Infer(potentials, Jn, hn).NegativeKl.requires_grad);
    }

    [Fact]
    public void Most_random_problems_converge_by_the_implicit_route()
    {
        const int problems = 200;
        int forward = 0, adjoint = 0, fellBack = 0, sequences = 0, iterations = 0;
        for (int seed = 0; seed < problems; seed++)
        {
            using var scope = NewDisposeScope();
            var draw = new Random(seed);
            var (potentials, Jn, hn) = RandomSlds.Problem(draw.Next(1, 4), draw.Next(1, 13), draw.Next(1, 5), draw.Next(1, 6), seed);
            hn.requires_grad_();
            var q = SldsMeanField.Infer(potentials, Jn, hn);
            (q.NegativeKl.sum() + q.States.Marginals.square().sum() + q.Chain.Mean.sum()).backward();
            (forward, adjoint, fellBack) = (forward + (q.Report.Converged ? 1 : 0), adjoint + (q.Report.Adjoint.Converged ? 1 : 0), fellBack + q.Report.Adjoint.FellBack);
            (sequences, iterations) = (sequences + (int)hn.shape[0], iterations + q.Report.Adjoint.Iterations);
            Assert.InRange(q.Report.LargestFall, 0, 1e-9);
            Assert.True(hn.grad!.isfinite().all().item<bool>());
        }
        output.WriteLine($"{problems} random problems of {sequences} sequences: fixed point converged in {forward}, implicit gradient in {adjoint} " +
            $"({(double)iterations / problems:0.0} iterations on average); {fellBack} sequences took the one-step gradient");
        Assert.True(forward >= 0.9 * problems && adjoint >= 0.95 * problems, $"{forward} forward, {adjoint} adjoint of {problems}");
    }
}
