using Svae.Workbench.Diagnostics;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.GraphicalModels;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Diagnostics;

public class PosteriorCollapseTests
{
    [Fact]
    public void Against_a_unit_prior_the_ratio_is_the_potentials_own_precision()
    {
        var model = new IndependentNormal(3);
        Tensor J = tensor(new[] { 1e-3, 2, 1e4 }).expand(1, 5, 3) * tensor(new[] { 0.5, 1, 1, 1, 2 }).unsqueeze(1);
        var potentials = new NodePotentials(J, ones_like(J));
        var collapse = PosteriorCollapse.Of(model.Infer(model.Prior, potentials), potentials, ones(1, 5));
        AssertClose.Equal(tensor(new[] { 1e-3, 2, 1e4 }), tensor(collapse.Dimensions.Select(line => line.Median).ToArray()), 1e-9, "median ratio");
        Assert.All(collapse.Dimensions, line => Assert.True(line.Low < line.Median && line.Median < line.High));
        Assert.Equal([0], collapse.Ignored());
        Assert.Equal([2], collapse.Dictated());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void In_a_chain_it_is_the_precision_times_the_variance_that_dense_algebra_finds_without_the_frames_own_potential(bool dense)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var c = ModelCases.Lds(2);
        LdsParameters theta = c.Theta(c.Random(3));
        NodePotentials potentials = ModelCases.Potentials(4, 2, 3, dense);
        Tensor observed = zeros(2, 4);
        observed[1, 2] = 1; // one frame alone, so that it is every quantile
        var collapse = PosteriorCollapse.Of(c.Model.Infer(theta, potentials), potentials, observed);

        Tensor silence = ones(2, 4);
        silence[1, 2] = 0;
        var (precision, _) = DenseGaussianChain.Joint(LinearDynamicalSystem.Chain(theta, potentials.Observed(silence)).Chain, 1, 4);
        Tensor J = dense ? potentials.J[1, 2].diagonal() : potentials.J[1, 2], expected = J * linalg.inv(precision).diagonal().narrow(0, 4, 2);
        AssertClose.Equal(expected, tensor(collapse.Dimensions.Select(line => line.Median).ToArray()), 1e-9, "ratio");
    }

    [Fact]
    public void A_model_is_asked_about_its_observed_frames_alone()
    {
        var model = new IndependentNormal(2);
        var likelihood = new LinearGaussian(eye(2, dtype: ScalarType.Float64), zeros(2, ScalarType.Float64), tensor(new[] { 0.5, 0.25 }));
        var vae = new StructuredVae<NoParameters>(model, new LinearGaussian.Recognition(likelihood, dense: false), likelihood);
        var batch = new Batch(zeros([1, 3, 2], ScalarType.Float64), tensor(new long[] { 2 }), tensor(new float[,] { { 1, 0, 0 } }), 1);
        Assert.Equal([2.0, 4], PosteriorCollapse.Of(vae, batch).Dimensions.Select(line => Math.Round(line.Low, 9)));
        Assert.Contains("at least one observed frame", Assert.Throws<ArgumentException>(() => PosteriorCollapse.Of(vae, batch with { Observed = zeros(1, 3) })).Message);
    }
}
