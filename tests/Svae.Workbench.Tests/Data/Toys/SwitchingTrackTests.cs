using Svae.Workbench.Data;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Data.Toys;

public class SwitchingTrackTests
{
    [Fact]
    public void Every_step_is_that_of_its_label_and_all_four_are_used()
    {
        using var scope = NewDisposeScope();
        ToyData track = new SwitchingTrack().Generate(1).Training;
        Tensor A = SwitchingTrack.Dynamics, b = SwitchingTrack.Offsets, x = track.Latents.to(ScalarType.Float64);
        var used = new int[4];
        double square = 0;
        for (int t = 1; t < 500; t++)
        {
            int z = track.Labels![2][t];
            used[z]++;
            Tensor rest = x[2, t] - matmul(A[z], x[2, t - 1]) - b[z];
            square += rest.square().sum().item<double>() / 2;
        }
        Assert.Equal(0.02, Math.Sqrt(square / 499), 2);
        Assert.All(used, count => Assert.True(count > 30));
        Assert.Equal(0.1, (track.Observations - track.Clean).std().item<float>(), 2);
    }

    [Fact]
    public void It_stays_on_the_track_for_ever()
    {
        using var scope = NewDisposeScope();
        Tensor x = new SwitchingTrack { Frames = 5000, TrainingSequences = 2 }.Generate(1).Training.Latents;
        Assert.InRange(x.select(2, 0).abs().max().item<float>(), 2.5, 4);
        Assert.InRange(x.select(2, 1).abs().max().item<float>(), 0.9, 2);
    }

    [Fact]
    public void The_emission_is_linear_and_the_same_for_every_seed()
    {
        using var scope = NewDisposeScope();
        ToyData one = new SwitchingTrack().Generate(1).Training, two = new SwitchingTrack().Generate(2).Training;
        Tensor Design(ToyData data) => cat([data.Latents.reshape(-1, 2), ones(4000, 1)], 1);
        Tensor map = linalg.lstsq(Design(one), one.Clean.reshape(-1, 10)).Solution;
        Assert.InRange((matmul(Design(two), map) - two.Clean.reshape(-1, 10)).abs().max().item<float>(), 0, 1e-3);
    }

    [Fact]
    public void The_likelihood_lies_below_that_of_the_true_path_and_settles_as_particles_grow()
    {
        using var scope = NewDisposeScope();
        var track = new SwitchingTrack { Frames = 100, TrainingSequences = 4 };
        ToyData data = track.Generate(5).Training;
        Tensor few = track.LogLikelihood(data.Observations);
        Tensor many = (track with { Particles = 20_000, ParticleSeed = 3 }).LogLikelihood(data.Observations);
        Assert.InRange((many - few).abs().max().item<double>(), 0, 2);
        Assert.True((few < track.LogLikelihoodGiven(data.Clean, data.Observations)).all().item<bool>());
    }
}
