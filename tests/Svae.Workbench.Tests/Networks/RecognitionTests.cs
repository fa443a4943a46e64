using Svae.Workbench.Diagnostics;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Networks;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Networks;

public class RecognitionTests
{
    private static void Disturb(nn.Module module, Generator g)
    {
        using var mode = no_grad();
        foreach (var weight in module.parameters()) weight.add_(randn(weight.shape, weight.dtype, generator: g));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Potentials_start_at_the_given_precision(bool dense)
    {
        using var scope = NewDisposeScope();
        using var head = new PotentialHead(4, 3, new Generator(1), dense, start: 7);
        NodePotentials potentials = head.call(randn(2, 5, 4));
        Tensor expected = dense ? (7 * eye(3, dtype: ScalarType.Float64)).expand(2, 5, 3, 3) : full([2, 5, 3], 7.0, ScalarType.Float64);
        AssertClose.Equal(expected, potentials.J, 1e-5);
        Assert.Equal(ScalarType.Float64, potentials.h.dtype);
        Assert.Equal(dense, potentials.Dense);
    }

    [Fact]
    public void Dense_precisions_are_symmetric_positive_definite_with_bounded_factors_whatever_the_weights()
    {
        using var scope = NewDisposeScope();
        var g = new Generator(2);
        using var head = new PotentialHead(4, 3, g, dense: true, start: 2, lowest: 0.5, highest: 8);
        Disturb(head, g);
        Tensor J = head.call(randn([1, 200, 4], generator: g)).J;
        AssertClose.Equal(J, J.mT, 1e-14);
        Tensor L = linalg.cholesky(J), p = L.diagonal(0, -2, -1).square();
        Assert.InRange(p.min().item<double>(), 0.5 - 1e-9, 8);
        Assert.InRange(p.max().item<double>(), 0.5, 8 + 1e-9);
        Assert.True((L / L.diagonal(0, -2, -1).unsqueeze(-1)).tril(-1).abs().max().item<double>() > 0.1); // couplings are really there
    }

    [Theory, InlineData(false), InlineData(true)]
    public void The_linear_term_is_precision_times_mean_and_gradients_are_those_of_finite_differences(bool dense)
    {
        using var scope = NewDisposeScope();
        var g = new Generator(3);
        using var network = new RecognitionNetwork(new MultilayerPerceptron(5, 4, [6], g), new PotentialHead(4, 3, g, dense));
        Disturb(network, g);
        network.to(ScalarType.Float64);
        Tensor y = randn([2, 3, 5], ScalarType.Float64, generator: g);
        var weights = network.named_parameters().Select(p => (p.name, (Tensor)p.parameter)).ToArray();
        double Scale(Tensor t) => 1 / (1 + t.abs().max().item<double>());
        NodePotentials at = network.call(y);
        Tensor a = randn(at.J.shape, ScalarType.Float64, generator: g) * Scale(at.J), b = randn(at.h.shape, ScalarType.Float64, generator: g) * Scale(at.h);
        GradientCheck check = GradientCheck.Of(() =>
        {
            NodePotentials potentials = network.call(y);
            return (a * potentials.J).sum() + (b * potentials.h).sum();
        }, weights, 1, entries: 5);
        Assert.InRange(check.LargestError, 0, 1e-6);
        // The mean is linear in the features: the head's first layer by hand.
        var head = weights.Where(w => w.Item1.StartsWith("head.mean")).Select(w => w.Item2).ToArray();
        var body = weights.Where(w => w.Item1.StartsWith("body")).Select(w => w.Item2).ToArray();
        Tensor features = matmul(nn.functional.gelu(matmul(y, body[0].t()) + body[1]), body[2].t()) + body[3], m = matmul(features, head[0].t()) + head[1];
        AssertClose.Equal(dense ? matmul(at.J, m.unsqueeze(-1)).squeeze(-1) : at.J * m, at.h, 1e-10);
    }

    [Fact]
    public void Missing_frames_are_silent_in_dense_potentials_too()
    {
        using var scope = NewDisposeScope();
        using var head = new PotentialHead(4, 2, new Generator(1), dense: true);
        NodePotentials potentials = head.call(randn(1, 3, 4)).Observed(tensor(new float[,] { { 1, 0, 1 } }));
        Assert.Equal(0, potentials.J[0, 1].abs().sum().item<double>());
        Assert.Equal(0, potentials.h[0, 1].abs().sum().item<double>());
        Assert.True(potentials.J[0, 2].abs().sum().item<double>() > 1);
    }

    private static (RecurrentRecognition Network, Tensor Y) Recurrent()
    {
        var g = new Generator(4);
        var network = new RecurrentRecognition(3, 2, 6, g);
        Disturb(network, g);
        network.to(ScalarType.Float64);
        return (network, randn([2, 7, 3], ScalarType.Float64, generator: g));
    }

    [Fact]
    public void A_padded_sequence_is_read_as_the_same_sequence_without_padding()
    {
        using var scope = NewDisposeScope();
        var (network, y) = Recurrent();
        Tensor observed = ones(2, 7), lengths = tensor(new long[] { 4, 7 });
        observed[0, TensorIndex.Slice(4, 7)] = 0;
        NodePotentials together = network.Potentials(y, observed, lengths);
        NodePotentials shorter = network.call(y.narrow(0, 0, 1).narrow(1, 0, 4)), longer = network.call(y.narrow(0, 1, 1));
        AssertClose.Equal(shorter.h[0], together.h[0].narrow(0, 0, 4), 1e-12);
        AssertClose.Equal(longer.J[0], together.J[1], 1e-12);
    }

    [Fact]
    public void What_a_missing_frame_holds_does_not_matter_but_that_it_is_missing_does()
    {
        using var scope = NewDisposeScope();
        var (network, y) = Recurrent();
        Tensor observed = ones(2, 7), lengths = tensor(new long[] { 7, 7 });
        observed[0, 3] = 0;
        Tensor before = network.Potentials(y, observed, lengths).h;
        Tensor changed = y.clone();
        changed[0, 3] = double.NaN;
        Assert.True(before.Equals(network.Potentials(changed, observed, lengths).h));
        Assert.False(before[0, 2].Equals(network.call(y).h[0, 2]));
        Assert.True(before[1].allclose(network.call(y).h[1]));
    }

    [Fact]
    public void Every_frame_hears_of_the_first_and_of_the_last_one_and_of_no_other_sequence()
    {
        using var scope = NewDisposeScope();
        var (network, y) = Recurrent();
        Tensor before = network.call(y).h;
        foreach (int t in new[] { 0, 6 })
        {
            Tensor changed = y.clone();
            changed[0, t] += 1;
            Tensor moved = (network.call(changed).h - before).abs().sum(-1);
            Assert.True((moved[0] > 1e-9).all().item<bool>());
            Assert.Equal(0, moved[1].max().item<double>());
        }
    }

    [Fact]
    public void Recurrent_gradients_are_those_of_finite_differences()
    {
        using var scope = NewDisposeScope();
        var (network, y) = Recurrent();
        Tensor direction = 0.01 * randn([2, 7, 2], ScalarType.Float64);
        var weights = network.named_parameters().Select(p => (p.name, (Tensor)p.parameter)).ToArray();
        GradientCheck check = GradientCheck.Of(() => (direction * network.call(y).h).sum(), weights, 1, entries: 3);
        Assert.InRange(check.LargestError, 0, 1e-6);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_by_name()
    {
        using var network = new RecurrentRecognition(3, 2, 6, new Generator(1));
        using Tensor y = zeros(2, 5, 4), right = zeros(2, 5, 3), mask = ones(2, 4), lengths = tensor(new long[] { 5, 5 });
        Assert.Contains("y: expected [any, any, 3]", Assert.Throws<ArgumentException>(() => network.call(y)).Message);
        Assert.Contains("observed: expected [2, 5]", Assert.Throws<ArgumentException>(() => network.Potentials(right, mask, lengths)).Message);
    }
}
