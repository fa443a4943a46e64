using Svae.Workbench.Data;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Data.Toys;

public class LinearGaussianRotationTests
{
    [Theory, InlineData(false), InlineData(true)]
    public void The_dynamics_turn_one_plane_by_nine_degrees(bool large)
    {
        using var scope = NewDisposeScope();
        LinearGaussianRotation system = large ? LinearGaussianRotation.FiveOfTen : new();
        int n = large ? 5 : 3;
        Tensor A = system.Process.A, identity = eye(n, dtype: ScalarType.Float64);
        AssertClose.Equal(identity, matmul(A, A.t()), 1e-12);
        Assert.Equal(n - 2 + 2 * Math.Cos(Math.PI / 20), A.diagonal().sum().item<double>(), 10);
        Assert.Equal([100L, 200, 2 * n - (large ? 0 : 1)], system.Generate(1).Training.Observations.shape);
    }

    [Fact]
    public void Entropy_agrees_with_the_likelihood_of_drawn_sequences()
    {
        using var scope = NewDisposeScope();
        var system = new LinearGaussianRotation();
        Tensor log = system.LogLikelihood(system.Generate(3).Training.Observations);
        double error = log.std().item<double>() / 10;
        Assert.InRange(-log.mean().item<double>() - system.Entropy().Nats, -4 * error, 4 * error);
    }
}
