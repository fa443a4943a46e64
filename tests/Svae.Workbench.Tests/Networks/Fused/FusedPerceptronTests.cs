using CsCheck;
using Svae.Workbench.Networks;
using Svae.Workbench.Networks.Fused;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Svae.Workbench.Tests.Networks.Fused;

/// <summary>The kernel against the same networks layer by layer, in double precision where its own rounding is in question.</summary>
public class FusedPerceptronTests
{
    private static readonly Gen<(long[] Leading, int Inputs, long[] Hidden, int Outputs, Activation Activation, int Seed)> Cases =
        from leading in Gen.OneOf(Gen.Int[1, 300].Select(n => new long[] { n }), Gen.Select(Gen.Long[1, 3], Gen.Long[1, 5], Gen.Long[1, 9], (a, b, c) => new[] { a, b, c }), Gen.Const(Array.Empty<long>()))
        from inputs in Gen.Int[1, 11] from hidden in Gen.Long[1, 21].Array[1, 3] from outputs in Gen.Int[1, 11]
        from activation in Gen.Enum<Activation>() from seed in Gen.Int[0, 9999] select (leading, inputs, hidden, outputs, activation, seed);

    /// <summary>Weights of no particular size, so that activations are bent and biases count.</summary>
    private static T Disturbed<T>(T network, Generator g) where T : Module
    {
        using var mode = no_grad();
        foreach (var weight in network.parameters()) weight.add_(0.3f * randn(weight.shape, weight.dtype, generator: g));
        return network;
    }

    /// <summary>Outputs, and gradients of u and of all weights along random directions of the outputs.</summary>
    private static Tensor[] All(Func<Tensor, IReadOnlyList<Tensor>> f, Tensor u, IEnumerable<Module> networks, Tensor[] directions)
    {
        Tensor leaf = u.detach().clone().requires_grad_();
        Tensor[] weights = [.. networks.SelectMany(network => network.parameters())];
        foreach (Tensor weight in weights) weight.grad = null;
        IReadOnlyList<Tensor> outputs = f(leaf);
        outputs.Zip(directions, (output, direction) => (output * direction.to(output.dtype)).sum()).Aggregate((a, b) => a + b).backward();
        return [.. outputs, leaf.grad!, .. weights.Select(weight => weight.grad!.clone())];
    }

    private static void AssertSame(Tensor[] exact, Tensor[] fused, double tolerance)
    {
        for (int i = 0; i < exact.Length; i++) AssertClose.Equal(exact[i], fused[i], tolerance, $"result {i}");
    }

    [Fact]
    public void Residual_networks_of_one_input_are_each_the_network_layer_by_layer_with_every_gradient() => Cases.Sample(c =>
    {
        using var scope = NewDisposeScope();
        var g = new Generator((ulong)c.Seed);
        ResidualPerceptron[] networks = [.. new[] { c.Outputs, 1, 3 }.Select(outputs => Disturbed(new ResidualPerceptron(c.Inputs, outputs, c.Hidden, g, c.Activation), g))];
        Tensor u = randn([.. c.Leading, c.Inputs], generator: g);
        Tensor[] directions = [.. networks.Select((_, i) => randn([.. c.Leading, new[] { c.Outputs, 1, 3 }[i]], generator: g))];
        Tensor[] fused = All(leaf => ResidualPerceptron.OfAll(leaf, networks), u, networks, directions);
        Assert.True(FusedPerceptron.Suits(u, [.. networks.Select(network => network.Fused!)]));
        foreach (var network in networks) network.to(ScalarType.Float64);
        AssertSame(All(leaf => [.. networks.Select(network => network.InLayers(leaf))], u.to(ScalarType.Float64), networks, directions), fused, 1e-5);
    }, iter: 60, threads: 1);

    [Fact]
    public void A_perceptron_is_the_network_layer_by_layer_with_every_gradient() => Cases.Sample(c =>
    {
        using var scope = NewDisposeScope();
        var g = new Generator((ulong)c.Seed);
        var network = Disturbed(new MultilayerPerceptron(c.Inputs, c.Outputs, c.Hidden, g, c.Activation), g);
        Tensor u = randn([.. c.Leading, c.Inputs], generator: g), direction = randn([.. c.Leading, c.Outputs], generator: g);
        Tensor[] fused = All(leaf => [network.call(leaf)], u, [network], [direction]);
        network.to(ScalarType.Float64);
        AssertSame(All(leaf => [network.InLayers(leaf)], u.to(ScalarType.Float64), [network], [direction]), fused, 1e-5);
    }, iter: 40, threads: 1);

    [Fact]
    public void Other_types_large_problems_and_wrong_sizes_go_layer_by_layer()
    {
        using var scope = NewDisposeScope();
        var network = new ResidualPerceptron(3, 2, [100, 100], new Generator(1));
        bool Suits(Tensor u) => FusedPerceptron.Suits(u, [network.Fused!]);
        Assert.True(Suits(randn(5, 3)));
        Assert.False(Suits(randn([5, 3], ScalarType.Float64)));
        Assert.False(Suits(randn(10_000, 3)));
        Assert.False(Suits(randn(5, 4)));
        Assert.Equal([0L, 2], network.call(zeros(0, 3)).shape);
        Assert.Null(new ResidualPerceptron(3, 2, [4], new Generator(1), layerNorm: true).Fused);
        Assert.Null(new ResidualPerceptron(3, 2, [], new Generator(1)).Fused);
    }

    [Fact]
    public void Without_gradients_the_numbers_are_the_same_and_a_view_is_read_as_what_it_shows()
    {
        using var scope = NewDisposeScope();
        var network = Disturbed(new ResidualPerceptron(4, 3, [9, 5], new Generator(2)), new Generator(3));
        Tensor columns = randn(4, 30), u = columns.t();
        Tensor with = network.call(u);
        using (no_grad()) Assert.True(with.detach().Equals(network.call(u.contiguous())));
        Assert.True(with.requires_grad);
        AssertClose.Equal(network.InLayers(u), with, 1e-6);
    }

    [Fact]
    public void An_unused_output_and_frozen_weights_do_no_harm()
    {
        using var scope = NewDisposeScope();
        var g = new Generator(4);
        ResidualPerceptron used = new(2, 2, [6], g), unused = new(2, 2, [6], g);
        foreach (var weight in used.parameters().Take(2)) weight.requires_grad = false;
        ResidualPerceptron.OfAll(randn(5, 2), used, unused)[0].sum().backward();
        Assert.All(used.parameters().Take(2), weight => Assert.Null(weight.grad));
        Assert.All(used.parameters().Skip(2), weight => Assert.True(weight.grad!.abs().sum().item<float>() > 0));
        Assert.All(unused.parameters(), weight => Assert.Equal(0, weight.grad?.abs().sum().item<float>() ?? 0));
    }

    [Theory]
    [InlineData(Activation.Tanh, 1e-6), InlineData(Activation.Gelu, 1e-6), InlineData(Activation.Relu, 0)]
    public void Activations_and_their_derivatives_are_those_of_double_precision_everywhere(Activation activation, double tolerance)
    {
        using var scope = NewDisposeScope();
        Tensor z = cat([linspace(-12, 12, 4001), tensor(new float[] { 0, 1e-30f, -1e-8f, 0.6f, -0.6f, 80, -80 })]), leaf = z.to(ScalarType.Float64).requires_grad_();
        Tensor exact = activation switch { Activation.Tanh => leaf.tanh(), Activation.Relu => leaf.relu(), _ => leaf * 0.5 * (1 + (leaf * Math.Sqrt(0.5)).erf()) };
        exact.sum().backward();
        int count = (int)z.numel();
        float[] values = [.. z.data<float>(), .. new float[-count & 7]], derivatives = new float[values.Length];
        unsafe
        {
            fixed (float* v = values, d = derivatives) PanelActivation.Apply(activation, v, d, values.Length);
        }
        AssertClose.Equal(exact, tensor(values).narrow(0, 0, count), tolerance, "value");
        AssertClose.Equal(leaf.grad!, tensor(derivatives).narrow(0, 0, count), tolerance, "derivative");
        if (activation == Activation.Tanh) // small numbers keep their digits
            Assert.InRange(((tensor(values).narrow(0, 0, count) - exact).abs() / exact.abs().clamp_min(1e-35)).max().item<double>(), 0, 5e-7);
    }

    [Fact]
    public void What_is_not_a_number_does_not_vanish()
    {
        using var scope = NewDisposeScope();
        foreach (Activation activation in Enum.GetValues<Activation>())
            Assert.True(new MultilayerPerceptron(2, 1, [8], new Generator(1), activation).call(tensor(new float[,] { { float.NaN, 1 } })).isnan().item<bool>());
    }
}
