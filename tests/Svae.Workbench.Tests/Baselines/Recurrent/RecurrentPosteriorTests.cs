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

    [Fact]
    public void The_same_seed_makes_the_same_network()
    {
        Tensor y = ones(1, 3, 4);
        Tensor Mean() => new RecurrentPosterior(4, 2, 5, coupled: true, new Generator(7)).call(y).Mean;
        AssertClose.Equal(Mean(), Mean(), 0);
    }
}
