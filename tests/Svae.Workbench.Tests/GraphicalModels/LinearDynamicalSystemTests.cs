using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.GraphicalModels;

public class LinearDynamicalSystemTests
{
    [Theory]
    [InlineData(2, 4, false)]
    [InlineData(3, 3, true)]
    [InlineData(1, 2, false)]
    public void Local_inference_is_the_dense_joint_Gaussian(int n, int frames, bool dense) =>
        ModelTruths.LocalInferenceMatchesEnumeration(ModelCases.Lds(n), frames, seed: 3, exact: true, dense);

    [Fact]
    public void The_density_of_paths_matches_the_written_out_one() => ModelTruths.LogDensityMatchesEnumeration(ModelCases.Lds(2), 4, seed: 1);

    [Fact]
    public void The_gradient_of_the_expected_log_prior_is_the_expected_statistics() =>
        ModelTruths.TheGradientOfTheExpectedLogPriorIsTheExpectedStatistics(ModelCases.Lds(2), 4, seed: 1);

    [Fact]
    public void Padding_is_never_read() => ModelTruths.PaddingIsNeverRead(ModelCases.Lds(2), seed: 2);

    [Fact]
    public void It_is_a_switching_system_with_one_state()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (lds, slds) = (ModelCases.Lds(2), ModelCases.Slds(1, 2));
        LdsParameters eta = lds.Random(4);
        var dirichlet = slds.Model.Prior;
        SldsParameters single = SldsParameters.FromBlocks([dirichlet.Initial.Eta, dirichlet.Transition.Eta, .. eta.Blocks.Select(block => block.unsqueeze(0))]);
        NodePotentials potentials = ModelCases.Potentials(5, 2, 4);
        Tensor lengths = tensor(new long[] { 5, 3 }), noise = randn([1, 2, 5, 2], ScalarType.Float64, generator: new Generator(1));
        var a = lds.Model.Infer(lds.Theta(eta), potentials, lengths, noise);
        var b = slds.Model.Infer(slds.Theta(single), potentials, lengths, noise);
        AssertClose.Equal(b.NegativeKl, a.NegativeKl, 1e-9, "−KL");
        AssertClose.Equal(b.Samples, a.Samples, 1e-9, "samples");
    }

    [Fact]
    public void Given_paths_the_posterior_is_the_conjugate_one()
    {
        var model = new LinearDynamicalSystem(new LdsSettings { Dimension = 2 });
        Tensor[] latents = ModelCases.RandomPaths(1, 2, 6).Latents;
        LdsParameters q = model.Posterior(latents, starts: 4);
        static T Batched<T>(T eta) where T : INaturalParameters<T> => T.FromBlocks([.. eta.Blocks.Select(block => block.unsqueeze(0))]);
        Tensor x = cat(latents);
        ConjugateUpdates.AssertNormal(Batched(model.Prior.InitialState), Batched(q.InitialState), 0, x, 4.0 / x.shape[0]);
        ConjugateUpdates.AssertRegression(Batched(model.Prior.Dynamics), Batched(q.Dynamics), 0,
            cat([.. latents.Select(p => p.narrow(0, 0, p.shape[0] - 1))]), cat([.. latents.Select(p => p.narrow(0, 1, p.shape[0] - 1))]));
    }

    [Fact]
    public void The_statistics_of_known_paths_add_up_to_the_same_posterior()
    {
        Tensor x = randn([3, 5, 2], ScalarType.Float64, generator: new Generator(4)), lengths = tensor(new long[] { 5, 1, 3 });
        x = x * (arange(5) < lengths.unsqueeze(1)).unsqueeze(2);
        LdsParameters sum = ChainStatistics.Of(x, null, null, lengths).Sum();
        Tensor first = x.select(1, 0), before = cat([x[0].narrow(0, 0, 4), x[2].narrow(0, 0, 2)]), after = cat([x[0].narrow(0, 1, 4), x[2].narrow(0, 1, 2)]);
        Tensor affine = cat([before, ones([6, 1], ScalarType.Float64)], 1);
        AssertClose.Equal(first.mT.matmul(first), sum.InitialState.A);
        AssertClose.Equal(first.sum([0L]), sum.InitialState.b);
        Assert.Equal(3, sum.InitialState.Nu.item<double>());
        AssertClose.Equal(affine.mT.matmul(affine), sum.Dynamics.KInverse);
        AssertClose.Equal(affine.mT.matmul(after), sum.Dynamics.B);
        AssertClose.Equal(after.mT.matmul(after), sum.Dynamics.C);
        Assert.Equal(6, sum.Dynamics.Nu.item<double>());
    }

    [Fact]
    public void Filtering_agrees_with_smoothing_at_the_last_frame()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var c = ModelCases.Lds(2);
        LdsParameters theta = c.Theta(c.Random(4));
        NodePotentials potentials = ModelCases.Potentials(5, 2, 4);
        var smoothed = c.Model.Infer(theta, potentials);
        ChainMoments filtered = c.Model.Filter(theta, potentials);
        // The expected potentials are not a normalised density of the next state, so a filter that has seen T frames is the smoother there only.
        AssertClose.Equal(smoothed.Mean.select(1, 4), filtered.Mean.select(1, 4), 1e-9, "mean");
        AssertClose.Equal(smoothed.Covariance.select(1, 4), filtered.Covariance.select(1, 4), 1e-9, "covariance");
    }

    [Fact]
    public void Discrete_states_are_refused_by_name()
    {
        var model = new LinearDynamicalSystem(new LdsSettings { Dimension = 1 });
        LdsParameters theta = model.Family.ExpectedStatistics(model.Prior);
        NodePotentials potentials = ModelCases.Potentials(3, 1, 1);
        Tensor states = zeros([2, 3], ScalarType.Int64), noise = zeros([1, 2, 3, 1], ScalarType.Float64);
        Assert.Contains("labels", Assert.Throws<ArgumentException>(() => model.Infer(theta, potentials, labels: states)).Message);
        Assert.Contains("states", Assert.Throws<ArgumentException>(() => model.Simulate(model.Prior, 2, 3, new Generator(1), states)).Message);
        var posterior = model.Infer(theta, potentials, noise: noise);
        Assert.Contains("states", Assert.Throws<ArgumentException>(() => model.Continue(model.Prior, posterior, null, 3, new Generator(1), states)).Message);
        Assert.Contains("noise", Assert.Throws<InvalidOperationException>(() => model.Infer(theta, potentials).Samples).Message);
    }
}
