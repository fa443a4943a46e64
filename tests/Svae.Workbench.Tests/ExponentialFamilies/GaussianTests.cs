using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Tests.Oracles;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.ExponentialFamilies;

public class GaussianTests
{
    private readonly Gaussian family = new();

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
            FamilyTruths.AssertEqual(eta, Gaussian.FromStandard(Gaussian.ToStandard(eta)), 1e-9, "round trip");
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
    public void Log_density_is_the_textbook_one()
    {
        var eta = Random(3, [2], 5);
        var q = Gaussian.ToStandard(eta);
        Tensor x = FamilyTruths.Normal(FamilyTruths.Seeded(1), 4, 2, 3);
        AssertClose.Equal(TextbookDensities.Gaussian(x, q.Mu, q.Sigma), family.LogDensity(eta, x), 1e-10, "log density");
    }

    [Fact]
    public void Entropy_is_half_the_log_determinant_of_two_pi_e_sigma()
    {
        var eta = Random(3, [2], 5);
        Tensor expected = 0.5 * (2 * Math.PI * Math.E * Gaussian.ToStandard(eta).Sigma).logdet();
        AssertClose.Equal(expected, family.Entropy(eta), 1e-12, "entropy");
    }

    [Fact]
    public void Violations_of_the_domain_are_refused_by_name()
    {
        var good = Random(2, [3], 1);
        Tensor spoiled = good.J.clone();
        spoiled[1, 1, 1] = -1;
        Assert.Equal("q(x) J[1] must be positive definite; its leading 2 × 2 block is not",
            FamilyTruths.Violation(family, good with { J = spoiled }, "q(x)"));
        var thrown = Assert.Throws<DomainException>(() => family.LogPartition(good with { J = spoiled }));
        Assert.Equal("Gaussian J[1] must be positive definite; its leading 2 × 2 block is not", thrown.Message);
        Tensor h = good.h.clone();
        h[0, 1] = double.NaN;
        Assert.Equal("q(x) h[0, 1] = NaN must be finite", FamilyTruths.Violation(family, good with { h = h }, "q(x)"));
    }

    private static Gaussian.Natural Random(int n, long[] batch, int seed)
    {
        var g = FamilyTruths.Seeded(seed);
        return Gaussian.FromStandard(new(FamilyTruths.Normal(g, [.. batch, n]), FamilyTruths.Spd(g, n, batch)));
    }
}
