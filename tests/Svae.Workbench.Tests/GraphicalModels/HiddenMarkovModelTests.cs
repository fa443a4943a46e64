using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.GraphicalModels;

public class HiddenMarkovModelTests : StateModelTruths<HmmParameters>
{
    private protected override ModelCase<HmmParameters> Case(int K, int n) => ModelCases.Hmm(K, n);

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
