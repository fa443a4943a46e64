using CsCheck;
using Svae.Workbench.Diagnostics;
using Svae.Workbench.Networks;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Svae.Workbench.Tests.Networks;

public class NetworkBodyTests
{
    /// <summary>One of each, from 35 = 7 × 5 numbers to 35.</summary>
    private static IEnumerable<Module<Tensor, Tensor>> All(ulong seed)
    {
        yield return new MultilayerPerceptron(35, 35, [6], new Generator(seed), Activation.Relu);
        yield return new MultilayerPerceptron(35, 35, [6, 4], new Generator(seed), layerNorm: true);
        yield return new ResidualPerceptron(35, 35, [6], new Generator(seed), Activation.Tanh);
        yield return new ConvolutionalEncoder(7, 5, [3, 4], 35, new Generator(seed));
        yield return new ConvolutionalDecoder(35, 7, 5, [4, 3], new Generator(seed), Activation.Tanh);
    }

    [Fact]
    public void Leading_dimensions_pass_through_and_frames_do_not_mix()
    {
        using var scope = NewDisposeScope();
        Tensor u = randn(2, 3, 35);
        foreach (var network in All(1))
        {
            Tensor together = network.call(u);
            Assert.Equal([2L, 3, 35], together.shape);
            AssertClose.Equal(together[1, 2], network.call(u[1, 2]), 1e-5, network.GetName());
        }
    }

    [Fact]
    public void Weights_come_from_the_generator_and_from_nothing_else()
    {
        using var scope = NewDisposeScope();
        Tensor u = randn(2, 35);
        var first = All(1).Select(network => network.call(u)).ToArray();
        using Tensor elsewhere = rand(100); // moves the global generator on
        var again = All(1).Select(network => network.call(u)).ToArray();
        var other = All(2).Select(network => network.call(u)).ToArray();
        for (int i = 0; i < first.Length; i++)
        {
            Assert.True(first[i].Equals(again[i]));
            Assert.False(first[i].Equals(other[i]));
        }
    }

    [Fact]
    public void Gradients_of_weights_are_those_of_finite_differences()
    {
        using var scope = NewDisposeScope();
        Tensor u = randn([3, 35], ScalarType.Float64), direction = randn([3, 35], ScalarType.Float64);
        foreach (var network in All(3))
        {
            network.to(ScalarType.Float64);
            var weights = network.named_parameters().Select(p => (p.name, (Tensor)p.parameter)).ToArray();
            GradientCheck check = GradientCheck.Of(() => (direction * network.call(u)).sum(), weights, 1, entries: 4);
            Assert.InRange(check.LargestError, 0, 1e-6);
        }
    }

    [Fact]
    public void A_perceptron_is_its_formula()
    {
        using var scope = NewDisposeScope();
        using var network = new MultilayerPerceptron(3, 2, [4], new Generator(1), Activation.Tanh);
        var w = network.parameters().ToArray();
        Tensor u = randn(5, 3);
        AssertClose.Equal(matmul((matmul(u, w[0].t()) + w[1]).tanh(), w[2].t()) + w[3], network.call(u), 1e-6);
    }

    [Fact]
    public void A_convolution_is_the_sum_over_its_window_at_every_second_pixel()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvolutionalEncoder(5, 4, [1], 2, new Generator(1), Activation.Tanh);
        var w = encoder.parameters().Select(p => p.to(ScalarType.Float64)).ToArray();
        Tensor y = randn(20), map = zeros(3, 2, ScalarType.Float64);
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 2; j++)
            {
                double sum = 0;
                for (int a = 0; a < 3; a++)
                    for (int b = 0; b < 3; b++)
                    {
                        int row = 2 * i + a - 1, column = 2 * j + b - 1;
                        if (row is >= 0 and < 5 && column is >= 0 and < 4) sum += w[0][0, 0, a, b].item<double>() * y[4 * row + column].item<float>();
                    }
                map[i, j] = Math.Tanh(sum + w[1][0].item<double>());
            }
        Tensor expected = matmul(w[2], map.flatten()) + w[3];
        AssertClose.Equal(expected, encoder.call(y).to(ScalarType.Float64), 1e-5);
    }

    [Fact]
    public void Frames_of_any_size_come_out_as_large_as_they_went_in() =>
        Gen.Select(Gen.Int[1, 33], Gen.Int[1, 33], Gen.Int[1, 4], Gen.Int[1, 2]).Sample((height, width, layers, features) =>
        {
            using var scope = NewDisposeScope();
            long[] channels = [.. Enumerable.Repeat(2L, layers)];
            using var decoder = new ConvolutionalDecoder(3, height, width, channels, new Generator(1), featuresPerPixel: features);
            using var encoder = new ConvolutionalEncoder(height, width, channels, 3, new Generator(1));
            Tensor frames = decoder.call(zeros(2, 3));
            Assert.Equal([2L, height * width * features], frames.shape);
            Assert.Equal([2L, 3], encoder.call(frames.narrow(1, 0, height * width)).shape);
        }, iter: 30);

    [Fact]
    public void The_paper_sized_image_model_starts_with_outputs_of_the_size_of_its_inputs()
    {
        using var scope = NewDisposeScope();
        var g = new Generator(1);
        using var encoder = new ConvolutionalEncoder(30, 30, [8, 16], 10, g);
        using var decoder = new ConvolutionalDecoder(10, 30, 30, [16, 8], g);
        Assert.InRange(encoder.call(randn([200, 900], generator: g)).std().item<float>(), 0.2, 2);
        Assert.InRange(decoder.call(randn([200, 10], generator: g)).std().item<float>(), 0.2, 2);
    }

    [Theory, InlineData(3, 8), InlineData(8, 3), InlineData(4, 4)]
    public void An_isometry_stretches_nothing(int inputs, int outputs)
    {
        using var scope = NewDisposeScope();
        using var network = new ResidualPerceptron(inputs, outputs, [], new Generator(1));
        network.SetIsometry(new Generator(2));
        Tensor W = network.parameters().First();
        Tensor gram = outputs >= inputs ? matmul(W.t(), W) : matmul(W, W.t());
        AssertClose.Equal(eye(Math.Min(inputs, outputs)), gram.detach(), 1e-5);
    }

    [Fact]
    public void Wrong_sizes_are_refused_by_name()
    {
        using Tensor y = zeros(4, 36);
        using var encoder = new ConvolutionalEncoder(7, 5, [3], 2, new Generator(1));
        Assert.Contains("frames: expected [..., 35] (pixels of 7 × 5), got [4, 36]", Assert.Throws<ArgumentException>(() => encoder.call(y)).Message);
        Assert.Contains("channels", Assert.Throws<ArgumentException>(() => new ConvolutionalEncoder(7, 5, [], 2, new Generator(1))).Message);
        Assert.Contains("height", Assert.Throws<ArgumentException>(() => new ConvolutionalDecoder(3, 0, 5, [1], new Generator(1))).Message);
        using var network = new MultilayerPerceptron(3, 2, [4], new Generator(1));
        Assert.Contains("u: expected [..., 3]", Assert.Throws<ArgumentException>(() => network.call(y)).Message);
        Assert.Contains("hidden", Assert.Throws<ArgumentException>(() => new MultilayerPerceptron(3, 2, [], new Generator(1))).Message);
    }
}
