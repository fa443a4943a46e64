using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Bounds;

/// <summary>L_SVAE ≤ max over q(x) of L ≤ log p(y) (Johnson et al. 2016, proposition 4.1), where the right-hand sides are known.</summary>
public class EvidenceTests(ITestOutputHelper output)
{
    public static TheoryData<string> Cases => [.. GoldenCase.Names("evidence_lds_")];

    private static Tensor Elbo(EvidenceCase c, LdsParameters theta, NodePotentials potentials)
    {
        ILocalPosterior q = c.Model.Infer(theta, potentials);
        return c.Likelihood.Expected(c.Observations, q.Mean, q.Covariance).sum(1) + q.NegativeKl;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void With_the_exact_potentials_the_bound_is_the_evidence(string name)
    {
        using var scope = NewDisposeScope();
        EvidenceCase c = EvidenceCase.Load(name);
        NodePotentials exact = c.Likelihood.Potentials(c.Observations, dense: true);
        AssertClose.Equal(c.LogEvidence, Elbo(c, c.Point.Statistics, exact), 1e-10, "log p(y)");
        ILocalPosterior q = c.Model.Infer(c.Point.Statistics, exact);
        AssertClose.Equal(c.Golden["post_mean"], q.Mean, 1e-10, "mean");
        AssertClose.Equal(c.Golden["post_cov"], q.Covariance, 1e-10, "covariance");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void With_diagonal_potentials_it_lies_below_by_what_dense_algebra_says(string name)
    {
        using var scope = NewDisposeScope();
        EvidenceCase c = EvidenceCase.Load(name);
        Tensor elbo = Elbo(c, c.Point.Statistics, c.Likelihood.Potentials(c.Observations, dense: false));
        AssertClose.Equal(c.Golden["elbo_diag"], elbo, 1e-10, "ELBO");
        Assert.True((elbo <= c.LogEvidence + 1e-9).all().item<bool>());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void No_potentials_give_more_than_the_exact_ones(string name)
    {
        using var scope = NewDisposeScope();
        EvidenceCase c = EvidenceCase.Load(name);
        var (J, h) = c.Likelihood.Potentials(c.Observations, dense: true);
        var g = new Generator(4);
        for (int i = 0; i < 20; i++)
        {
            Tensor scale = rand([.. h.shape[..2], 1], ScalarType.Float64, generator: g) + 0.5, shift = 0.3 * i * randn(h.shape, ScalarType.Float64, generator: g);
            Tensor elbo = Elbo(c, c.Point.Statistics, new NodePotentials(scale.unsqueeze(3) * J, scale * h + shift));
            Assert.True((elbo < c.LogEvidence).all().item<bool>());
        }
    }

    [Fact]
    public void With_uncertain_parameters_the_three_bounds_are_in_order_and_the_first_two_meet_at_the_exact_potentials()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        EvidenceCase c = EvidenceCase.Load("evidence_lds_T7_n2_p3");
        LdsParameters eta = c.Broad(worth: 12), theta = c.Model.Family.ExpectedStatistics(eta); // q(θ) = p(θ): no KL between them
        Tensor exact = Elbo(c, theta, c.Likelihood.Potentials(c.Observations, dense: true));
        Tensor diagonal = Elbo(c, theta, c.Likelihood.Potentials(c.Observations, dense: false));
        Tensor evidence = c.LogEvidenceByMonteCarlo(eta, draws: 4000, new Generator(1));
        var (J, h) = c.Likelihood.Potentials(c.Observations, dense: true);
        for (int s = 0; s < 3; s++)
        {
            var best = new EnumeratedLatents((_, x) => ExpectedDensity(eta, x), J[s], h[s], 1);
            AssertClose.Equal(best.LogZ + c.Likelihood.Constant(c.Observations)[s].sum(), exact[s], 1e-9, "max over q(x) of L");
        }
        output.WriteLine($"diagonal potentials {Show(diagonal)}, best q(x) {Show(exact)}, log p(y) {Show(evidence)} nats");
        Assert.True((diagonal < exact).all().item<bool>() && (exact < evidence - 0.1).all().item<bool>());
    }

    private static Tensor ExpectedDensity(LdsParameters eta, Tensor x)
    {
        var single = LdsParameters.FromBlocks([.. eta.Blocks.Select(block => block.unsqueeze(0))]);
        Tensor total = ExpectedDensities.Normal(single.InitialState, 0, x.select(1, 0));
        for (long t = 0; t + 1 < x.shape[1]; t++) total = total + ExpectedDensities.Step(single.Dynamics, 0, x.select(1, t), x.select(1, t + 1));
        return total;
    }

    private static string Show(Tensor values) => string.Join(", ", values.data<double>().Select(v => v.ToString("F2")));
}
