using Svae.Workbench.Baselines;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class RecurrentPosteriorTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_entropy_is_that_of_the_dense_joint_covariance(bool coupled)
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(1);
        var network = new RecurrentPosterior(observed: 4, latent: 2, hidden: 5, coupled, g);
        GaussianPathPosterior q = network.call(3 * randn([3, 6, 4], generator: g));
        for (int b = 0; b < 3; b++)
            Assert.Equal(GaussianChainEntropy.Of(q.Covariance[b], q.CrossCovariance?[b]), q.Entropy[b].item<double>(), 1e-8);
        Assert.Equal(coupled, q.CrossCovariance is not null);
    }

    [Fact]
    public void A_frame_is_read_by_the_states_before_and_after_it()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(2);
        var network = new RecurrentPosterior(observed: 4, latent: 2, hidden: 5, coupled: false, g);
        Tensor y = randn([1, 9, 4], generator: g), other = y.clone();
        other[0, 4] += 1;
        Tensor moved = (network.call(y).Mean - network.call(other).Mean).abs().sum(2)[0];
        Assert.All(moved.data<double>(), change => Assert.True(change > 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Begun_as_a_regression_it_leaves_over_what_its_variances_say_and_can_still_learn(bool coupled)
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(4);
        Tensor x = randn([50, 20, 2], generator: g), y = matmul(x, randn([2, 4], generator: g)) + 0.5 * randn([50, 20, 4], generator: g);
        var network = new RecurrentPosterior(observed: 4, latent: 2, hidden: 16, coupled, g);
        network.StartFrom(x, y);
        GaussianPathPosterior q = network.call(y);
        Tensor left = (x - q.Mean).square().mean([0L, 1L]);
        AssertClose.Equal(left, q.Covariance.diagonal(0, -2, -1).mean([0L, 1L]), 1e-3, "residual variance");
        Assert.True((left < 0.9).all().item<bool>(), "y shows something of x");
        if (q.CrossCovariance is { } cross) AssertClose.Equal(zeros_like(cross), cross, 1e-12, "no coupling yet");
        q.Entropy.sum().backward();
        Assert.All(network.parameters(), weight => Assert.True(weight.grad is null || weight.grad.isfinite().all().item<bool>()));
    }

    [Fact]
    public void The_same_seed_makes_the_same_network()
    {
        Tensor y = ones(1, 3, 4);
        Tensor Mean() => new RecurrentPosterior(4, 2, 5, coupled: true, new Generator(7)).call(y).Mean;
        AssertClose.Equal(Mean(), Mean(), 0);
    }
}
