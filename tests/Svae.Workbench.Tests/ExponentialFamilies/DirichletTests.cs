using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.ExponentialFamilies;

public class DirichletTests
{
    private readonly Dirichlet family = new();

    public static TheoryData<string> Cases => [.. GoldenCase.Names("dirichlet_")];

    [Theory, MemberData(nameof(Cases))]
    public void Golden_cases_from_scipy(string name)
    {
        var c = GoldenCase.Load(name);
        var q = Dirichlet.FromStandard(new(c["alpha"]));
        var p = Dirichlet.FromStandard(new(c["prior_alpha"]));
        AssertClose.Equal(c["eta"], q.Eta, 1e-9, "η");
        AssertClose.Equal(c["logZ"], family.LogPartition(q), 1e-9, "log Z");
        AssertClose.Equal(c["prior_logZ"], family.LogPartition(p), 1e-9, "log Z of the prior");
        AssertClose.Equal(c["E_logpi"], family.ExpectedStatistics(q).Eta, 1e-9, "E log π");
        AssertClose.Equal(c["kl"], ExponentialFamily.Kl(family, q, p), 1e-9, "KL");
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
            FamilyTruths.AssertEqual(eta, Dirichlet.FromStandard(Dirichlet.ToStandard(eta)), 1e-9, "round trip");
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
    public void The_density_integrates_to_one()
    {
        var eta = Dirichlet.FromStandard(new(tensor(new[] { 2.5, 1.7 })));
        Tensor p = (arange(200_000, dtype: ScalarType.Float64) + 0.5) / 200_000;
        double mass = family.LogDensity(eta, stack([p, 1 - p], -1)).exp().mean().item<double>();
        Assert.Equal(1, mass, 1e-6);
    }

    [Fact]
    public void Entropy_of_the_flat_one_is_the_log_volume_of_the_simplex()
    {
        var flat = Dirichlet.FromStandard(new(ones(4, dtype: ScalarType.Float64)));
        Assert.Equal(-Math.Log(6), family.Entropy(flat).item<double>(), 1e-12); // volume 1/(K − 1)!
    }

    [Fact]
    public void Samples_stay_inside_the_simplex_for_tiny_concentrations()
    {
        var eta = Dirichlet.FromStandard(new(full([4], 1e-3, dtype: ScalarType.Float64)));
        Tensor draws = family.Sample(eta, FamilyTruths.Seeded(1), 10_000);
        Assert.True((draws > 0).all().item<bool>());
        AssertClose.Equal(ones(10_000, dtype: ScalarType.Float64), draws.sum(-1), 1e-12);
        FamilyTruths.AssertMean(full([4], 0.25, dtype: ScalarType.Float64), draws, "π");
    }

    [Fact]
    public void A_concentration_outside_the_domain_is_refused_by_name()
    {
        Tensor alpha = ones([3, 2], dtype: ScalarType.Float64);
        alpha[2, 0] = 0;
        Assert.Equal("Dirichlet α[2, 0] = 0 must be positive",
            Assert.Throws<DomainException>(() => Dirichlet.FromStandard(new(alpha))).Message);
        alpha[2, 0] = double.NaN;
        Assert.Equal("q(π) α[2, 0] = NaN must be finite", FamilyTruths.Violation(family, new(alpha - 1), "q(π)"));
        var wrongType = Assert.Throws<ArgumentException>(() => family.LogPartition(new(ones(3))));
        Assert.Equal("Dirichlet η: expected float64, got Float32", wrongType.Message);
    }

    private static Dirichlet.Natural Random(int n, long[] batch, int seed) =>
        Dirichlet.FromStandard(new(FamilyTruths.Uniform(FamilyTruths.Seeded(seed), 0.3, 6, [.. batch, n + 1])));
}
