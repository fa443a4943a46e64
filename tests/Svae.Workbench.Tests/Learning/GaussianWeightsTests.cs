using Svae.Workbench.Learning;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Learning;

public class GaussianWeightsTests
{
    /// <summary>loss(γ) = Σ sin γ; its expectation and that expectation's gradient are known in closed form.</summary>
    private static (Linear Network, GaussianWeights Weights) Toy()
    {
        var network = nn.Linear(3, 2);
        using (no_grad()) foreach (var weight in network.parameters()) weight.copy_(randn_like(weight));
        return (network, new GaussianWeights(network, deviation: 0.7, prior: 2));
    }

    [Fact]
    public void Gradients_average_to_those_of_the_expected_loss_plus_the_divergence()
    {
        manual_seed(3);
        var (network, weights) = Toy();
        var generator = new Generator(4);
        Parameter weight = network.weight!, log = weights.LogDeviations[0];
        Tensor sumMean = zeros_like(weight), sumLog = zeros_like(weight);
        const int Draws = 40_000;
        for (int i = 0; i < Draws; i++)
        {
            using var scope = NewDisposeScope();
            network.zero_grad();
            weights.Draw(generator);
            (weight.sin().sum() + network.bias!.sin().sum()).backward();
            weights.Return(keepGradients: true);
            using var mode = no_grad();
            sumMean.add_(weight.grad!);
            sumLog.add_(log.grad!);
        }
        // E sin(m + s ε) = sin m · exp(−s²/2); KL as in the class.
        Tensor[] exact = FiniteDifferences.Autograd(
            p => (p[0].sin() * (-0.5 * (2 * p[1]).exp()).exp() + 0.125 * ((2 * p[1]).exp() + p[0].square()) - p[1]).sum(),
            [weight.detach().to(ScalarType.Float64), log.detach().to(ScalarType.Float64)]);
        Assert.True((sumMean / Draws - exact[0]).abs().max().item<double>() < 0.02);
        Assert.True((sumLog / Draws - exact[1]).abs().max().item<double>() < 0.02);
    }

    [Fact]
    public void The_divergence_is_that_of_two_normal_distributions()
    {
        var (network, weights) = Toy();
        double expected = network.parameters().Sum(m => m.detach().data<float>().Sum(v => Math.Log(2 / 0.7) + (0.49 + v * v) / 8 - 0.5));
        Assert.Equal(expected, weights.Kl(), 4);
    }

    [Fact]
    public void The_means_come_back_after_a_draw()
    {
        var (network, weights) = Toy();
        Tensor before = network.weight!.detach().clone();
        weights.Draw(new Generator(1));
        Assert.True((network.weight!.detach() - before).abs().max().item<float>() > 0.1);
        weights.Return(keepGradients: false);
        Assert.True((network.weight!.detach() - before).abs().max().item<float>() < 1e-6);
    }
}
