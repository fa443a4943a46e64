using Svae.Workbench.ExponentialFamilies;
using Xunit;

namespace Svae.Workbench.Tests.GraphicalModels;

/// <summary>What holds of every model whose frames are independent given their states.</summary>
public abstract class StateModelTruths<T> where T : INaturalParameters<T>
{
    private protected abstract ModelCase<T> Case(int K, int n);

    [Theory]
    [InlineData(3, 2, 3, false)]
    [InlineData(2, 1, 4, true)]
    [InlineData(2, 2, 4, true)]
    [InlineData(1, 2, 3, false)]
    public void Local_inference_matches_enumeration(int K, int n, int frames, bool dense) =>
        ModelTruths.LocalInferenceMatchesEnumeration(Case(K, n), frames, seed: 3, exact: K == 1, dense);

    [Fact]
    public void Known_states_leave_an_exact_Gaussian_and_some_known_ones_a_restricted_sum()
    {
        ModelTruths.LocalInferenceMatchesEnumeration(Case(3, 2), 3, seed: 4, exact: true, labels: [2, 0, 1]);
        ModelTruths.LocalInferenceMatchesEnumeration(Case(3, 2), 3, seed: 4, exact: false, labels: [-1, 0, -1]);
    }

    [Fact]
    public void The_density_of_paths_matches_enumeration() => ModelTruths.LogDensityMatchesEnumeration(Case(3, 2), 3, seed: 1);

    [Fact]
    public void The_gradient_of_the_expected_log_prior_is_the_expected_statistics() =>
        ModelTruths.TheGradientOfTheExpectedLogPriorIsTheExpectedStatistics(Case(3, 2), 3, seed: 1);

    [Fact]
    public void Padding_is_never_read() => ModelTruths.PaddingIsNeverRead(Case(3, 2), seed: 2);
}
