using Svae.Workbench.Data;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Data.Toys;

public class SpiralTests
{
    [Fact]
    public void Steps_follow_the_stated_equation_with_the_stated_noise()
    {
        using var scope = NewDisposeScope();
        ToyData spiral = new Spiral { TrainingSequences = 20 }.Generate(1).Training;
        Assert.Equal([20L, 900, 2], spiral.Observations.shape);
        double angle = 2 * Math.PI / 30;
        Tensor before = spiral.Latents.narrow(1, 0, 899), after = spiral.Latents.narrow(1, 1, 899);
        Tensor x = before.select(2, 0), y = before.select(2, 1);
        Tensor turned = 0.999 * stack([Math.Cos(angle) * x - Math.Sin(angle) * y, Math.Sin(angle) * x + Math.Cos(angle) * y], -1);
        Tensor rest = after - turned;
        Assert.Equal(0.1, rest.std().item<float>(), 3);
        Assert.InRange((rest * turned).mean().item<float>(), -0.01, 0.01); // noise knows nothing of the state
        Assert.Equal(0.01, (spiral.Observations - spiral.Latents).std().item<float>(), 3);
    }

    [Fact]
    public void It_starts_as_it_goes_on()
    {
        using var scope = NewDisposeScope();
        Tensor x = new Spiral { TrainingSequences = 4000, Frames = 2 }.Generate(1).Training.Latents.select(1, 0);
        Assert.Equal(Math.Sqrt(0.01 / (1 - 0.999 * 0.999)), x.std().item<float>(), 1);
    }

    [Fact]
    public void Entropy_agrees_with_the_likelihood_of_drawn_spirals()
    {
        using var scope = NewDisposeScope();
        var spiral = new Spiral { TrainingSequences = 100 };
        Tensor log = spiral.LogLikelihood(spiral.Generate(3).Training.Observations);
        double error = log.std().item<double>() / 10;
        Assert.InRange(-log.mean().item<double>() - spiral.Entropy().Nats, -4 * error, 4 * error);
    }

    [Fact]
    public void Through_the_lens_the_plane_is_bent_by_the_same_map_for_every_seed()
    {
        using var scope = NewDisposeScope();
        ToyData one = new SpiralThroughLens().Generate(1).Training, two = new SpiralThroughLens().Generate(2).Training;
        ToyData other = new SpiralThroughLens { LensSeed = 9 }.Generate(2).Training;
        Assert.Equal([1L, 900, 10], one.Observations.shape);
        Assert.InRange(one.Clean.abs().max().item<float>(), 0.5, 1);
        Assert.Equal(0.1, (one.Observations - one.Clean).std().item<float>(), 2);
        Assert.InRange(Stretch(one, two), 0, 5);
        Assert.True(Stretch(one, other) > 20);
    }

    /// <summary>The mean distance of images over that of the states, for each state of one and the nearest of the other.</summary>
    private static double Stretch(ToyData one, ToyData two)
    {
        var (distance, nearest) = cdist(one.Latents[0], two.Latents[0]).min(1);
        Tensor images = (one.Clean[0] - two.Clean[0].index_select(0, nearest)).norm(1);
        return (images.mean() / distance.mean()).item<float>();
    }

    [Fact]
    public void The_particle_filter_behind_the_lens_settles_as_particles_grow()
    {
        using var scope = NewDisposeScope();
        var lens = new SpiralThroughLens { Frames = 60, TrainingSequences = 4 };
        Tensor y = lens.Generate(3).Training.Observations;
        Tensor few = lens.LogLikelihood(y), many = (lens with { Particles = 20_000, ParticleSeed = 5 }).LogLikelihood(y);
        Assert.InRange((many - few).abs().max().item<double>(), 0, 2);
        Assert.True((few < lens.LogLikelihoodGiven(lens.Generate(3).Training.Clean, y)).all().item<bool>());
    }
}
