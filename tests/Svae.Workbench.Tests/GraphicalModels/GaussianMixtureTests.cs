using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.GraphicalModels;

public class GaussianMixtureTests : StateModelTruths<MixtureParameters>
{
    private protected override ModelCase<MixtureParameters> Case(int K, int n) => ModelCases.Mixture(K, n);

    [Fact]
    public void Given_points_and_components_the_posterior_is_the_conjugate_one()
    {
        var model = new GaussianMixture(new MixtureSettings { Components = 3, Dimension = 2 });
        var (latents, states) = ModelCases.RandomPaths(2, 2, 6); // nothing in the third component
        MixtureParameters q = model.Posterior(latents, states, 3);
        Tensor x = cat(latents), z = tensor(states.SelectMany(s => s).Select(s => (long)s).ToArray());
        for (int k = 0; k < 3; k++)
        {
            Tensor own = x[z == k];
            ConjugateUpdates.AssertNormal(model.Prior.Components, q.Components, k, own);
            AssertClose.Equal(model.Prior.Weights.Eta[k] + own.shape[0], q.Weights.Eta[k], 1e-9, "α");
        }
    }

    /// <summary>Two clusters, each split among components at random: the evidence of the given assignment rises with each of the two mergers.</summary>
    [Fact]
    public void Components_that_share_a_cluster_are_merged_and_those_of_different_clusters_are_not()
    {
        var model = new GaussianMixture(new MixtureSettings { Components = 6, Dimension = 2, Concentration = 0.1 });
        var g = new Generator(1);
        Tensor x = randn([120, 2], ScalarType.Float64, generator: g), offset = zeros([120, 2], ScalarType.Float64);
        offset[TensorIndex.Slice(60, 120)] = 9;
        int[] split = [.. Enumerable.Range(0, 120).Select(i => i < 60 ? i % 3 : 3 + i % 2)], joined = [.. Enumerable.Range(0, 120).Select(i => i < 60 ? 0 : 3)];
        MixtureParameters merged = model.Merged(model.Posterior([x + offset], [split], 1)), expected = model.Posterior([x + offset], [joined], 1);
        foreach (var (e, m) in expected.Blocks.Zip(merged.Blocks)) AssertClose.Equal(e, m, 1e-9, "η");
    }

    [Fact]
    public void The_state_of_a_frame_without_its_own_evidence_is_drawn_from_the_weights()
    {
        var c = ModelCases.Mixture(3, 2);
        var eta = c.Random(1);
        var q = (IStatePosterior)c.Model.Infer(c.Theta(eta), ModelCases.Potentials(3, 2, 1));
        AssertClose.Equal(ExpectedDensities.LogProbabilities(eta.Weights).softmax(0), q.StateMarginalsWithout(2)[1], 1e-12);
        Assert.Equal(q.StateMarginals.argmax(2).data<long>(), q.MostProbableStates().data<long>());
    }

    [Fact]
    public void Scattered_components_keep_the_prior_but_for_their_means()
    {
        var model = new GaussianMixture(new MixtureSettings { Components = 400, Dimension = 2 });
        MixtureParameters eta = model.Scattered(new Generator(1), scale: 3, strength: 2);
        var (prior, scattered) = (NormalInverseWishart.ToStandard(model.Prior.Components), NormalInverseWishart.ToStandard(eta.Components));
        AssertClose.Equal(prior.S, scattered.S, 1e-9, "S");
        AssertClose.Equal(full([400], 2.0, ScalarType.Float64), scattered.Kappa, 1e-12, "κ");
        Assert.InRange(scattered.m.std().item<double>(), 2.8, 3.2);
        Assert.True(model.Family.Contains(eta));
    }
}
