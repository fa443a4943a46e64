using System.Numerics;
using Svae.Workbench.Data;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Data.Toys;

public class PinwheelTests
{
    [Fact]
    public void Points_are_their_features_turned_as_complex_numbers_are()
    {
        using var scope = NewDisposeScope();
        ToyData points = new Pinwheel().Generate(2).Training;
        Assert.Equal([500L, 1, 2], points.Observations.shape);
        Assert.Equal([100, 100, 100, 100, 100], points.Labels!.GroupBy(l => l[0]).Select(arm => arm.Count()));
        for (int i = 0; i < 500; i++)
        {
            double r1 = points.Latents[i, 0, 0].item<float>(), r2 = points.Latents[i, 0, 1].item<float>();
            Complex turned = 10 * new Complex(r1, r2) * Complex.Exp(Complex.ImaginaryOne * (2 * Math.PI * points.Labels![i][0] / 5 + 0.25 * Math.Exp(r1)));
            Complex actual = new(points.Observations[i, 0, 0].item<float>(), points.Observations[i, 0, 1].item<float>());
            Assert.InRange((actual - turned).Magnitude, 0, 1e-4);
        }
        Assert.NotEqual(points.Labels!.Select(l => l[0]).Order(), points.Labels!.Select(l => l[0])); // shuffled
    }

    [Fact]
    public void Features_have_the_stated_mean_and_spread()
    {
        using var scope = NewDisposeScope();
        Tensor r = new Pinwheel { TrainingSequences = 20_000 }.Generate(4).Training.Latents.squeeze(1);
        Assert.Equal(1, r.select(1, 0).mean().item<float>(), 2);
        Assert.Equal(0.3, r.select(1, 0).std().item<float>(), 2);
        Assert.Equal(0, r.select(1, 1).mean().item<float>(), 2);
        Assert.Equal(0.05, r.select(1, 1).std().item<float>(), 3);
    }

    [Fact]
    public void The_density_integrates_to_one()
    {
        using var scope = NewDisposeScope();
        const double step = 0.2;
        Tensor axis = arange(-130, 131, dtype: ScalarType.Float64) * step;
        Tensor grid = stack([axis.unsqueeze(1).expand(261, 261), axis.expand(261, 261)], -1).reshape(-1, 1, 2);
        Assert.Equal(1, step * step * new Pinwheel().LogLikelihood(grid).exp().sum().item<double>(), 3);
    }

    [Fact]
    public void The_density_counts_the_points_of_a_box()
    {
        using var scope = NewDisposeScope();
        var wheel = new Pinwheel { TrainingSequences = 100_000 };
        Tensor y = wheel.Generate(6).Training.Observations.squeeze(1);
        foreach (var (a, b) in new[] { (6.0, 6.0), (-9.0, 3.0), (0.0, -2.0), (0.0, 0.0) })
        {
            double share = ((y - tensor(new[] { (float)a, (float)b })).abs() < 1).all(1).to(ScalarType.Float64).mean().item<double>();
            Tensor axis = (arange(40, dtype: ScalarType.Float64) + 0.5) / 20 - 1;
            Tensor box = stack([(a + axis).unsqueeze(1).expand(40, 40), (b + axis).expand(40, 40)], -1).reshape(-1, 1, 2);
            double mass = 4 * wheel.LogLikelihood(box).exp().mean().item<double>();
            Assert.InRange(share, mass - 5 * Math.Sqrt(mass / 100_000) - 1e-5, mass + 5 * Math.Sqrt(mass / 100_000) + 1e-5);
        }
    }

    [Fact]
    public void The_quoted_oracle_is_that_of_separate_arms_and_the_entropy_lies_just_below()
    {
        using var scope = NewDisposeScope();
        var wheel = new Pinwheel();
        Assert.Equal(4.853, wheel.EntropyOfSeparateArms, 3);
        double entropy = wheel.Entropy().Nats;
        Assert.InRange(entropy, 4.84, wheel.EntropyOfSeparateArms);
        Tensor log = wheel.LogLikelihood((wheel with { TrainingSequences = 40_000 }).Generate(9).Training.Observations);
        Assert.InRange(-log.mean().item<double>() - entropy, -4 * log.std().item<double>() / 200, 4 * log.std().item<double>() / 200);
    }

    [Fact]
    public void A_seed_gives_the_same_points()
    {
        using var scope = NewDisposeScope();
        Tensor a = new Pinwheel().Generate(1).Training.Observations, b = new Pinwheel { HeldOutSequences = 7 }.Generate(1).Training.Observations;
        Assert.True(a.Equals(b));
        Assert.False(a.Equals(new Pinwheel().Generate(2).Training.Observations));
    }
}
