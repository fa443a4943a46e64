using Svae.Workbench.Networks;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Networks;

public class GaussianNetworksTests
{
    [Fact]
    public void The_log_likelihood_is_the_normal_density_with_every_constant()
    {
        var g = new Generator(1);
        using var decoder = new GaussianDecoder(2, 3, [8], g);
        Tensor variance = tensor(new[] { 0.5f, 1, 2 });
        decoder.SetLinear(randn(3, 2, generator: g), randn(3, generator: g), variance);
        Tensor x = randn([2, 1, 4, 2], ScalarType.Float64, generator: g), y = randn(1, 4, 3, generator: g);
        Tensor expected = distributions.Normal(decoder.forward(x), variance.sqrt()).log_prob(y).sum(-1);
        AssertClose.Equal(expected.to(ScalarType.Float64), decoder.LogLikelihood(y, x).to(ScalarType.Float64), 1e-5);
    }

    [Fact]
    public void One_variance_for_all_outputs_counts_for_each()
    {
        using var decoder = new GaussianDecoder(1, 3, [], new Generator(1), perOutput: false);
        decoder.SetLinear(zeros(3, 1), zeros(3), tensor(new[] { 4f }));
        Tensor actual = decoder.LogLikelihood(ones(1, 1, 3), zeros([1, 1, 1, 1], ScalarType.Float64));
        Assert.Equal(3 * (-0.5 / 4 - 0.5 * Math.Log(2 * Math.PI * 4)), actual.item<float>(), 5);
    }

    [Fact]
    public void Precisions_start_where_they_are_asked_to_and_stay_within_bounds()
    {
        using var recognition = new GaussianRecognition(4, 2, [16], new Generator(3), precision: 10, lowest: 0.1, highest: 1000);
        Tensor calm = recognition.forward(zeros(1, 1, 4)).J;
        AssertClose.Equal(full_like(calm, 10), calm, 1e-4);
        Tensor wild = recognition.forward(1e6 * randn(1, 50, 4)).J;
        Assert.InRange(wild.min().item<double>(), 0.1 - 1e-9, 1000);
        Assert.InRange(wild.max().item<double>(), 0.1, 1000 + 1e-6);
    }

    [Fact]
    public void A_dense_precision_can_be_set_whole_and_a_diagonal_network_refuses_it()
    {
        using var scope = NewDisposeScope();
        var g = new Generator(2);
        Tensor square = randn([3, 3], ScalarType.Float64, generator: g), precision = matmul(square, square.t()) + eye(3, dtype: ScalarType.Float64), y = randn(1, 5, 4, generator: g);
        var dense = new GaussianRecognition(4, 3, [], g, dense: true);
        dense.SetPrecision(precision);
        AssertClose.Equal(precision.expand(1, 5, 3, 3), dense.call(y).J, 1e-5, "J");
        var error = Assert.Throws<ArgumentException>(() => new GaussianRecognition(4, 3, [], g).SetPrecision(precision));
        Assert.Contains("this network's precisions are diagonal", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_starts_nearly_linear()
    {
        using var network = new ResidualPerceptron(5, 3, [40, 40], new Generator(2));
        Tensor weight = randn(3, 5), bias = randn(3), u = randn(100, 5);
        network.SetLinear(weight, bias);
        Tensor linear = matmul(u, weight.t()) + bias;
        Assert.InRange((network.forward(u) - linear).abs().max().item<float>(), 0, 0.1f);
    }
}
