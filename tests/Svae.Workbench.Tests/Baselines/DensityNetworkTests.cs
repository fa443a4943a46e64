using Svae.Workbench.Baselines;
using Svae.Workbench.Networks;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class DensityNetworkTests
{
    [Fact]
    public void With_a_linear_decoder_the_density_is_the_known_gaussian()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(1);
        var decoder = new GaussianDecoder(1, 2, [], g);
        Tensor W = tensor(new[,] { { 1f }, { -0.5f } }), b = tensor(new[] { 0.3f, 0.1f });
        decoder.SetLinear(W, b, tensor(new[] { 0.25f, 0.25f }));
        Tensor y = randn([6, 2], generator: g);
        Tensor covariance = (matmul(W, W.t()) + 0.25 * eye(2)).to(ScalarType.Float64), error = (y - b).to(ScalarType.Float64);
        Tensor exact = -0.5 * ((error * linalg.solve(covariance, error.t()).t()).sum(1) + linalg.slogdet(covariance).Item2 + 2 * Math.Log(2 * Math.PI));
        Tensor found = new DensityNetwork(1, decoder).LogDensity(y, g, samples: 50_500);
        AssertClose.Equal(exact, found, 0.03);
    }

    [Fact]
    public void Trained_on_a_ring_it_beats_any_gaussian_on_new_points()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(2);
        Tensor Ring(int count)
        {
            Tensor angle = 2 * Math.PI * rand([count], generator: g);
            return stack([angle.cos(), angle.sin()], 1) * 2 + 0.2 * randn([count, 2], generator: g);
        }
        var network = new DensityNetwork(2, new GaussianDecoder(2, 2, [24], g));
        Tensor train = Ring(400), test = Ring(200);
        IReadOnlyList<double> trace = network.Fit(train, new() { Steps = 300, Samples = 200, BatchSize = 100 }, g);
        Assert.Equal(300, trace.Count);
        Tensor centred = train - train.mean([0L]), covariance = matmul(centred.t(), centred) / 400, away = test - train.mean([0L]);
        Tensor gaussian = -0.5 * ((away * linalg.solve(covariance, away.t()).t()).sum(1) + linalg.slogdet(covariance).Item2 + 2 * Math.Log(2 * Math.PI));
        double found = network.LogDensity(test, g, 5_000).mean().item<double>(), best = gaussian.mean().item<float>();
        Assert.True(found > best + 0.3, $"density network {found:f3}, Gaussian {best:f3} nats/point");
    }
}
