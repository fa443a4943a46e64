using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.ExponentialFamilies;

public class NormalInverseWishartTests
{
    private readonly NormalInverseWishart family = new();

    public static TheoryData<string> Cases => [.. GoldenCase.Names("niw_n").Where(name => !name.Contains("quadrature"))];

    [Theory, MemberData(nameof(Cases))]
    public void Golden_cases_from_scipy(string name)
    {
        var c = GoldenCase.Load(name);
        var q = NormalInverseWishart.FromStandard(new(c["m"], c["kappa"], c["S"], c["nu"]));
        var p = NormalInverseWishart.FromStandard(new(c["prior_m"], c["prior_kappa"], c["prior_S"], c["prior_nu"]));
        AssertClose.Equal(c["eta_A"], q.A, 1e-9, "A");
        AssertClose.Equal(c["eta_b"], q.b, 1e-9, "b");
        AssertClose.Equal(c["logZ"], family.LogPartition(q), 1e-9, "log Z");
        AssertClose.Equal(c["prior_logZ"], family.LogPartition(p), 1e-9, "log Z of the prior");
        var t = family.ExpectedStatistics(q);
        AssertClose.Equal(c["E_neghalfL"], t.A, 1e-9, "E −½Λ");
        AssertClose.Equal(c["E_Lmu"], t.b, 1e-9, "E Λμ");
        AssertClose.Equal(c["E_neghalf_muLmu"], t.Kappa, 1e-9, "E −½μᵀΛμ");
        AssertClose.Equal(c["E_half_logdetL"], t.Nu, 1e-9, "E ½log|Λ|");
        AssertClose.Equal(c["kl"], ExponentialFamily.Kl(family, q, p), 1e-9, "KL");
    }

    [Fact]
    public void Golden_log_partition_by_quadrature()
    {
        var c = GoldenCase.Load("niw_n1_quadrature");
        var q = NormalInverseWishart.FromStandard(new(c["m"], c["kappa"], c["S"], c["nu"]));
        AssertClose.Equal(c["logZ"], family.LogPartition(q), 1e-9, "log Z");
        AssertClose.Equal(c["logZ_true"], family.LogPartition(q) + 0.5 * Math.Log(2 * Math.PI), 1e-6, "log Z with its power of 2π");
    }

    [Fact]
    public void Expected_statistics_are_autograd_of_the_log_partition() =>
        FamilyTruths.ForRandomSizes((n, batch, seed) =>
            FamilyTruths.ExpectedStatisticsAreAutogradOfLogPartition(family, Random(n, batch, seed)));

    [Fact]
    public void Gradients_agree_with_finite_differences() =>
        FamilyTruths.ForRandomSizes((n, batch, seed) =>
            FamilyTruths.GradientsAgreeWithFiniteDifferences(family, Random(n, [], seed), FamilyTruths.Seeded(seed)),
            iterations: 5, maximumSize: 3);

    [Fact]
    public void Standard_parameters_survive_the_round_trip() =>
        FamilyTruths.ForRandomSizes((n, batch, seed) =>
        {
            var eta = Random(n, batch, seed);
            FamilyTruths.AssertEqual(eta, NormalInverseWishart.FromStandard(NormalInverseWishart.ToStandard(eta)), 1e-9, "round trip");
        });

    [Fact]
    public void Kl_is_zero_at_itself_and_positive_elsewhere() =>
        FamilyTruths.ForRandomSizes((n, batch, seed) =>
            FamilyTruths.KlIsZeroAtItselfAndPositiveElsewhere(family, Random(n, batch, seed), Random(n, batch, seed + 1)));

    [Fact]
    public void Kl_and_entropy_match_Monte_Carlo()
    {
        FamilyTruths.KlAndEntropyMatchMonteCarlo(family, Random(1, [2], 3), Random(1, [2], 4), seed: 7);
        FamilyTruths.KlAndEntropyMatchMonteCarlo(family, Random(3, [2], 3), Random(3, [2], 4), seed: 7);
    }

    [Fact]
    public void Statistics_of_samples_average_to_their_expectation()
    {
        FamilyTruths.SampleStatisticsMatchTheirExpectation(family, Random(1, [], 1), seed: 2);
        FamilyTruths.SampleStatisticsMatchTheirExpectation(family, Random(3, [2, 2], 1), seed: 2, count: 20_000);
    }

    [Fact]
    public void The_same_generator_state_gives_the_same_draws() =>
        FamilyTruths.TheSameGeneratorStateGivesTheSameDraws(family, Random(3, [2], 1));

    [Fact]
    public void Nothing_stays_alive() => FamilyTruths.NothingStaysAlive(family, Random(3, [2], 1));

    [Fact]
    public void Log_density_is_that_of_its_two_factors_written_out()
    {
        var q = NormalInverseWishart.ToStandard(Random(3, [2], 5));
        var eta = NormalInverseWishart.FromStandard(q);
        var value = family.Sample(eta, FamilyTruths.Seeded(6), 4);
        Tensor expected = TextbookDensities.InverseWishart(value.Sigma, q.S, q.Nu)
            + TextbookDensities.Gaussian(value.Mu, q.m, value.Sigma / q.Kappa.reshape(-1, 1, 1));
        AssertClose.Equal(expected, family.LogDensity(eta, value), 1e-10, "log density");
    }

    [Fact]
    public void The_density_integrates_to_one()
    {
        var eta = Random(1, [], 5);
        var (m, kappa, _, _) = NormalInverseWishart.ToStandard(eta);
        Tensor logVariance = linspace(-9, 12, 1500, dtype: ScalarType.Float64), u = linspace(-12, 12, 400, dtype: ScalarType.Float64);
        Tensor width = (logVariance / 2).exp().unsqueeze(-1) / kappa.sqrt(); // grid over μ in units of its conditional deviation
        Tensor mu = m + width * u, sigma = logVariance.exp().unsqueeze(-1).expand_as(mu);
        Tensor density = family.LogDensity(eta, new(mu.unsqueeze(-1), sigma.unsqueeze(-1).unsqueeze(-1))).exp();
        double mass = (density * width * sigma).sum().item<double>() * (21.0 / 1499) * (24.0 / 399);
        Assert.Equal(1, mass, 1e-4);
    }

    [Fact]
    public void Standard_parameters_broadcast_their_batch()
    {
        Tensor means = FamilyTruths.Normal(FamilyTruths.Seeded(1), 4, 2), scale = eye(2, dtype: ScalarType.Float64);
        var all = NormalInverseWishart.FromStandard(new(means, tensor(0.5), scale, tensor(5.0)));
        var third = NormalInverseWishart.FromStandard(new(means[2], tensor(0.5), scale, tensor(5.0)));
        Assert.Equal([4], all.Nu.shape);
        FamilyTruths.AssertEqual(third, NormalInverseWishart.Natural.FromBlocks([.. all.Blocks.Select(block => block[2])]), 0, "third");
        AssertClose.Equal(family.LogPartition(all)[2], family.LogPartition(third), 1e-14, "log Z");
    }

    [Fact]
    public void Violations_of_the_domain_are_refused_by_name()
    {
        var good = Random(2, [3], 1);
        string Message(Action<Tensor[]> spoil)
        {
            Tensor[] blocks = [.. good.Blocks.Select(block => block.clone())];
            spoil(blocks);
            return FamilyTruths.Violation(family, NormalInverseWishart.Natural.FromBlocks(blocks), "q(θ)");
        }
        Assert.True(family.Contains(good));
        Assert.Equal("q(θ) A[1, 0, 1] = NaN must be finite", Message(x => x[0][1, 0, 1] = double.NaN));
        Assert.Equal("q(θ) b[2, 0] = Infinity must be finite", Message(x => x[1][2, 0] = double.PositiveInfinity));
        Assert.Equal("q(θ) κ[1] = 0 must be positive", Message(x => x[2][1] = 0));
        Assert.Equal("q(θ) ν[2] = 1 must exceed n − 1 = 1", Message(x => x[3][2] = 1));
        Assert.StartsWith("q(θ) A[1, 0, 1] = 9 but q(θ) A[1, 1, 0] = ", Message(x => x[0][1, 0, 1] = 9));
        Assert.Equal("q(θ) S = A − bbᵀ/κ[2] must be positive definite; its leading 2 × 2 block is not", Message(x => x[0][2, 1, 1] = -5));
        var shape = Assert.Throws<ArgumentException>(() => family.LogPartition(good with { b = good.A }));
        Assert.Equal("NormalInverseWishart b: expected [3, 2] (batch, n), got [3, 2, 2]", shape.Message);
        var standard = Assert.Throws<DomainException>(() =>
            NormalInverseWishart.FromStandard(NormalInverseWishart.ToStandard(good) with { S = -good.A }));
        Assert.Equal("NormalInverseWishart S[0] must be positive definite; its leading 1 × 1 block is not", standard.Message);
    }

    private static NormalInverseWishart.Natural Random(int n, long[] batch, int seed)
    {
        var g = FamilyTruths.Seeded(seed);
        return NormalInverseWishart.FromStandard(new(
            FamilyTruths.Normal(g, [.. batch, n]), FamilyTruths.Uniform(g, 0.3, 4, batch),
            FamilyTruths.Spd(g, n, batch) * 3, n - 1 + FamilyTruths.Uniform(g, 1.5, 9, batch)));
    }
}
