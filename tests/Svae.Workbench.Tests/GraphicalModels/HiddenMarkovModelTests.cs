using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.GraphicalModels;

public class HiddenMarkovModelTests
{
    [Theory]
    [InlineData(3, 2, 3, false)]
    [InlineData(2, 2, 4, true)]
    [InlineData(1, 2, 3, false)]
    public void Local_inference_matches_enumeration(int K, int n, int frames, bool dense) =>
        ModelTruths.LocalInferenceMatchesEnumeration(ModelCases.Hmm(K, n), frames, seed: 3, exact: K == 1, dense);

    [Fact]
    public void Known_states_leave_an_exact_Gaussian_and_some_known_ones_a_restricted_sum()
    {
        ModelTruths.LocalInferenceMatchesEnumeration(ModelCases.Hmm(3, 2), 3, seed: 4, exact: true, labels: [2, 0, 1]);
        ModelTruths.LocalInferenceMatchesEnumeration(ModelCases.Hmm(3, 2), 3, seed: 4, exact: false, labels: [-1, 0, -1]);
    }

    [Fact]
    public void The_density_of_paths_matches_enumeration() => ModelTruths.LogDensityMatchesEnumeration(ModelCases.Hmm(3, 2), 3, seed: 1);

    [Fact]
    public void The_gradient_of_the_expected_log_prior_is_the_expected_statistics() =>
        ModelTruths.TheGradientOfTheExpectedLogPriorIsTheExpectedStatistics(ModelCases.Hmm(3, 2), 3, seed: 1);

    [Fact]
    public void Padding_is_never_read() => ModelTruths.PaddingIsNeverRead(ModelCases.Hmm(3, 2), seed: 2);

    [Fact]
    public void Given_paths_and_states_the_posterior_is_the_conjugate_one()
    {
        var model = new HiddenMarkovModel(new HmmSettings { States = 3, Dimension = 2, Stickiness = 2 });
        var (latents, states) = ModelCases.RandomPaths(3, 2, 6);
        HmmParameters q = model.Posterior(latents, states, starts: 11);
        Tensor x = cat(latents), z = tensor(states.SelectMany(s => s).Select(s => (long)s).ToArray()), counts = zeros(3, 3, ScalarType.Float64);
        foreach (int[] path in states)
            foreach (var (from, to) in path.Zip(path.Skip(1))) counts[from, to] += 1;
        AssertClose.Equal(model.Prior.Transition.Eta + counts, q.Transition.Eta, 1e-9, "transitions");
        for (int k = 0; k < 3; k++)
        {
            ConjugateUpdates.AssertNormal(model.Prior.Components, q.Components, k, x[z == k]);
            AssertClose.Equal(model.Prior.Initial.Eta[k] + 11.0 / x.shape[0] * (z == k).sum(), q.Initial.Eta[k], 1e-9, "first states");
        }
    }

    [Fact]
    public void A_frames_own_evidence_turns_the_state_that_the_others_expect_into_the_posterior()
    {
        var c = ModelCases.Hmm(3, 2);
        var q = (SwitchingPosterior)c.Model.Infer(c.Theta(c.Random(1)), ModelCases.Potentials(4, 2, 1));
        Tensor before = q.StateMarginalsWithout(2), after = before * q.Field.Evidence.select(1, 2).exp();
        AssertClose.Equal(after / after.sum(1, keepdim: true), q.StateMarginals.select(1, 2), 1e-9);
        Assert.True((before - q.StateMarginals.select(1, 2)).abs().max().item<double>() > 1e-3);
    }
}
