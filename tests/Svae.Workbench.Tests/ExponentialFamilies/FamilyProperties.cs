using Svae.Workbench.ExponentialFamilies;
using Xunit;

namespace Svae.Workbench.Tests.ExponentialFamilies;

/// <summary>The properties that every exponential family is tested for, at random sizes; what is particular stands in the family's own tests.</summary>
/// <param name="family">The family under test.</param>
public abstract class FamilyProperties<T, TValue>(IExponentialFamily<T, TValue> family) where T : INaturalParameters<T>
{
    /// <summary>Natural parameters inside the domain.</summary>
    /// <param name="n">Size of the event, from 1.</param>
    /// <param name="batch">Batch dimensions.</param>
    /// <param name="seed">Seeds that differ by four give events of the same shape.</param>
    protected abstract T Random(int n, long[] batch, int seed);

    /// <summary>To standard parameters and back.</summary>
    protected abstract T ThroughStandard(T eta);

    [Fact]
    public void Expected_statistics_are_autograd_of_the_log_partition() =>
        FamilyTruths.ForRandomSizes((n, batch, seed) => FamilyTruths.ExpectedStatisticsAreAutogradOfLogPartition(family, Random(n, batch, seed)));

    [Fact]
    public void Numbers_do_not_depend_on_whether_gradients_are_asked_for() =>
        FamilyTruths.ForRandomSizes((n, batch, seed) => FamilyTruths.NumbersDoNotDependOnGradients(family, Random(n, batch, seed)));

    [Fact]
    public void Gradients_agree_with_finite_differences() =>
        FamilyTruths.ForRandomSizes((n, batch, seed) =>
            FamilyTruths.GradientsAgreeWithFiniteDifferences(family, Random(n, [], seed), FamilyTruths.Seeded(seed)),
            iterations: 5, maximumSize: 3);

    [Fact]
    public void Standard_parameters_survive_the_round_trip() =>
        FamilyTruths.ForRandomSizes((n, batch, seed) =>
        {
            T eta = Random(n, batch, seed);
            FamilyTruths.AssertEqual(eta, ThroughStandard(eta), 1e-9, "round trip");
        });

    [Fact]
    public void Kl_is_zero_at_itself_and_positive_elsewhere() =>
        FamilyTruths.ForRandomSizes((n, batch, seed) =>
            FamilyTruths.KlIsZeroAtItselfAndPositiveElsewhere(family, Random(n, batch, seed), Random(n, batch, seed + 4)));

    [Theory, InlineData(1), InlineData(3)]
    public void Kl_and_entropy_match_Monte_Carlo(int n) =>
        FamilyTruths.KlAndEntropyMatchMonteCarlo(family, Random(n, [2], 3), Random(n, [2], 7), seed: 7);

    [Fact]
    public void Statistics_of_samples_average_to_their_expectation()
    {
        FamilyTruths.SampleStatisticsMatchTheirExpectation(family, Random(1, [], 1), seed: 2);
        FamilyTruths.SampleStatisticsMatchTheirExpectation(family, Random(3, [2, 2], 1), seed: 2, count: 20_000);
    }

    [Fact]
    public void The_same_generator_state_gives_the_same_draws() => FamilyTruths.TheSameGeneratorStateGivesTheSameDraws(family, Random(3, [2], 1));

    [Fact]
    public void Nothing_stays_alive() => FamilyTruths.NothingStaysAlive(family, Random(3, [2], 1));
}
