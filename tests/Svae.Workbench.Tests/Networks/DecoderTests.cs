using Svae.Workbench.Diagnostics;
using Svae.Workbench.Networks;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Networks;

public class DecoderTests
{
    private static Decoder Poisson(Generator g) => new(new MultilayerPerceptron(2, 5, [8], g), new PoissonLikelihood());

    [Fact]
    public void A_frame_scores_the_sum_of_its_outputs_and_a_mask_leaves_out_some()
    {
        using var scope = NewDisposeScope();
        var g = new Generator(1);
        using Decoder decoder = Poisson(g);
        Tensor x = randn([3, 2, 4, 2], ScalarType.Float64, generator: g), y = decoder.Sample(x[0], g);
        Tensor pixels = decoder.PixelLogLikelihood(y, x);
        Assert.Equal([3L, 2, 4, 5], pixels.shape);
        Assert.Equal([3L, 2, 4], decoder.LogLikelihood(y, x).shape);
        AssertClose.Equal(pixels.sum(-1), decoder.LogLikelihood(y, x), 1e-6);
        Tensor hidden = y.clone();
        hidden.select(-1, 2).fill_(float.NaN); // a missing pixel may hold anything
        Tensor rest = where(hidden.isnan(), zeros_like(pixels), decoder.PixelLogLikelihood(hidden, x));
        AssertClose.Equal((pixels.sum(-1) - pixels.select(-1, 2)), rest.sum(-1), 1e-5);
    }

    [Fact]
    public void Gradients_of_weights_are_those_of_finite_differences()
    {
        using var scope = NewDisposeScope();
        var g = new Generator(2);
        using Decoder decoder = new(new ResidualPerceptron(2, 6, [5], g, Activation.Tanh, layerNorm: true), new GaussianNetworkLikelihood());
        decoder.to(ScalarType.Float64);
        Tensor x = randn([2, 1, 3, 2], ScalarType.Float64, generator: g), y = randn([1, 3, 3], ScalarType.Float64, generator: g);
        var check = GradientCheck.Of(() => decoder.LogLikelihood(y, x).sum(), [.. decoder.named_parameters().Select(p => (p.name, (Tensor)p.parameter))], 1);
        Assert.InRange(check.LargestError, 0, 1e-6);
        Assert.Equal(ScalarType.Float64, decoder.Mean(x).dtype);
    }

    [Fact]
    public void Latents_in_double_meet_weights_in_single_precision()
    {
        using var scope = NewDisposeScope();
        using Decoder decoder = Poisson(new Generator(3));
        Tensor mean = decoder.Mean(zeros([1, 2, 3, 2], ScalarType.Float64));
        Assert.Equal(ScalarType.Float32, mean.dtype);
        Assert.Equal([1L, 2, 3, 5], mean.shape);
    }

    [Fact]
    public void A_network_that_ends_in_the_wrong_number_of_features_is_refused_with_both_numbers()
    {
        using Decoder decoder = new(new MultilayerPerceptron(2, 5, [8], new Generator(1)), new GaussianNetworkLikelihood());
        using Tensor y = zeros(1, 3, 5), x = zeros([1, 1, 3, 2], ScalarType.Float64);
        string message = Assert.Throws<ArgumentException>(() => decoder.LogLikelihood(y, x)).Message;
        Assert.Contains("expected [..., 10]", message);
        Assert.Contains("got [1, 1, 3, 5]", message);
    }
}
