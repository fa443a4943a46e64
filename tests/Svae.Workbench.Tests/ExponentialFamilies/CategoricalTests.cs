using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.Tests.Oracles;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.ExponentialFamilies;

public class CategoricalTests
{
    private readonly Categorical family = new();

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
            FamilyTruths.AssertEqual(eta, Categorical.FromStandard(Categorical.ToStandard(eta)), 1e-9, "round trip");
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
    public void Probabilities_of_all_states_are_the_normalised_weights()
    {
        var eta = new Categorical.Natural(tensor(new[] { 1.0, 2.0, 5.0 }).log() + 700); // unnormalised, and far from zero
        Tensor p = family.LogDensity(eta, Categorical.OneHot(arange(3), 3)).exp();
        AssertClose.Equal(tensor(new[] { 0.125, 0.25, 0.625 }), p, 1e-12, "p(z)");
        double entropy = -(0.125 * Math.Log(0.125) + 0.25 * Math.Log(0.25) + 0.625 * Math.Log(0.625));
        Assert.Equal(entropy, family.Entropy(eta).item<double>(), 1e-10);
    }

    [Fact]
    public void Violations_of_the_domain_are_refused_by_name()
    {
        Tensor weights = tensor(new[,] { { 1.0, 2.0 }, { double.NegativeInfinity, 0 } });
        Assert.Equal("q(z) η[1, 0] = -Infinity must be finite", FamilyTruths.Violation(family, new(weights), "q(z)"));
        string From(double[] p) => Assert.Throws<DomainException>(() => Categorical.FromStandard(new(tensor(p)))).Message;
        Assert.Equal("Categorical π[1] = 0 must be positive", From([1, 0]));
        Assert.Equal("Categorical Σπ = 1.5 must be one", From([1, 0.5]));
    }

    private static Categorical.Natural Random(int n, long[] batch, int seed) =>
        new(FamilyTruths.Normal(FamilyTruths.Seeded(seed), [.. batch, n + 1]).log_softmax(-1));
}
