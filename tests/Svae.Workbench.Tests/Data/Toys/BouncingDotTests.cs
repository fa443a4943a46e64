using Svae.Workbench.Data;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Data.Toys;

public class BouncingDotTests
{
    /// <summary>The triangle wave by folding, for one number.</summary>
    private static double Triangle(double s)
    {
        double folded = s - 2 * Math.Floor(s / 2);
        return folded < 1 ? 2 * folded - 1 : 3 - 2 * folded;
    }

    [Fact]
    public void Frames_follow_the_stated_equation_in_the_ten_pixel_video()
    {
        using var scope = NewDisposeScope();
        ToyData video = BouncingDot.TenPixels.Generate(1).Training;
        Assert.Equal([512L, 50, 10], video.Observations.shape);
        foreach (var (i, t) in new[] { (0, 0), (5, 17), (300, 49), (511, 30) })
        {
            double position = Triangle(0.75 * (t * 10.0 / 49 + (1 + i / 8.0) / 2));
            Assert.Equal(position, video.Latents[i, t, 0].item<float>(), 5);
            for (int p = 0; p < 10; p++)
            {
                double distance = (position - (-1 + p * 2 / 9.0)) / 0.15;
                Assert.Equal(Math.Exp(-0.5 * distance * distance), video.Clean[i, t, p].item<float>(), 5);
            }
        }
        Tensor noise = video.Observations - video.Clean;
        Assert.Equal(0.06, noise.std().item<float>(), 3);
        Assert.Equal(0, noise.mean().item<float>(), 3);
    }

    [Fact]
    public void Phases_of_the_twenty_pixel_video_are_uniform_and_labels_are_directions()
    {
        using var scope = NewDisposeScope();
        ToyData video = new BouncingDot { TrainingSequences = 4000, Frames = 2 }.Generate(3).Training;
        Tensor position = video.Latents.select(2, 0).select(1, 0);
        Assert.Equal(0, position.mean().item<float>(), 1);
        Assert.Equal(1 / 3.0, position.var().item<float>(), 1);
        Assert.InRange(video.Labels!.Count(l => l[0] == 0), 1800, 2200);
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(video.Latents[i, 0, 1].item<float>() > 0 ? 0 : 1, video.Labels![i][0]);
            double move = (video.Latents[i, 1, 0] - video.Latents[i, 0, 0]).item<float>();
            if (video.Labels[i][0] == video.Labels[i][1]) Assert.Equal(video.Labels[i][0] == 0 ? 0.15 : -0.15, move, 4);
        }
    }

    [Fact]
    public void A_seed_gives_the_same_video_however_many_sequences_are_held_out()
    {
        using var scope = NewDisposeScope();
        ToySplit a = new BouncingDot().Generate(7), b = new BouncingDot { HeldOutSequences = 3 }.Generate(7), c = new BouncingDot().Generate(8);
        Assert.True(a.Training.Observations.Equals(b.Training.Observations));
        Assert.False(a.Training.Observations.Equals(c.Training.Observations));
        Assert.Equal([20L, 50, 20], a.HeldOut.Observations.shape);
        Assert.Equal([3L, 50, 20], b.HeldOut.Observations.shape);
        Assert.Equal(80, a.Training.Sequences.Count);
        Assert.Equal([50L, 20], a.Training.Sequences[79].shape);
        Assert.False(a.Training.Latents[0].Equals(a.HeldOut.Latents[0]));
    }

    [Fact]
    public void The_quoted_oracles_are_reached()
    {
        Assert.Equal(17.67, -new BouncingDot().NoiseEntropy, 2);
        Assert.Equal(17.67, -BouncingDot.HundredFrames.NoiseEntropy, 2);
        ProcessEntropy ten = BouncingDot.TenPixels.Entropy();
        Assert.Equal(-692.4, ten.Nats, 1);
        Assert.InRange(ten.StandardError, 0, 0.01);
        Assert.Equal(50 * BouncingDot.TenPixels.NoiseEntropy + Math.Log(128), ten.Nats, 2);
    }

    [Fact]
    public void The_log_likelihood_is_the_average_over_phases_by_a_finer_sum()
    {
        using var scope = NewDisposeScope();
        var dot = new BouncingDot { Frames = 4, Observed = 6, TrainingSequences = 3, Noise = 0.3 };
        Tensor y = dot.Generate(5).Training.Observations;
        double[] actual = [.. dot.LogLikelihood(y).data<double>()];
        const int phases = 50_000;
        for (int n = 0; n < 3; n++)
        {
            float[] frames = [.. y[n].contiguous().data<float>()];
            double sum = 0;
            for (int i = 0; i < phases; i++)
            {
                double square = 0;
                for (int t = 0; t < 4; t++)
                    for (int p = 0; p < 6; p++)
                    {
                        double distance = (Triangle(2.0 * i / phases + 0.075 * t) - (-1 + p * 0.4)) / 0.15;
                        double rest = frames[t * 6 + p] - Math.Exp(-0.5 * distance * distance);
                        square += rest * rest;
                    }
                sum += Math.Exp(-0.5 * square / 0.09) / phases;
            }
            Assert.InRange(Math.Log(sum) - 12 * Math.Log(2 * Math.PI * 0.09) - actual[n], -1e-6, 1e-6);
        }
    }

    [Fact]
    public void The_entropy_agrees_with_the_likelihood_of_other_sequences()
    {
        using var scope = NewDisposeScope();
        var dot = new BouncingDot { TrainingSequences = 400 };
        Tensor log = dot.LogLikelihood(dot.Generate(11).Training.Observations);
        ProcessEntropy entropy = dot.Entropy();
        double error = log.std().item<double>() / 20 + entropy.StandardError;
        Assert.InRange(-log.mean().item<double>(), entropy.Nats - 4 * error, entropy.Nats + 4 * error);
        Assert.InRange(entropy.Nats - 50 * dot.NoiseEntropy, 4, 8); // what it takes to say where in its period the dot starts
    }

    [Fact]
    public void Wrong_settings_and_shapes_are_refused_by_name()
    {
        Assert.Contains("Noise", Assert.ThrowsAny<ArgumentException>(() => new BouncingDot { Noise = 0 }.Generate(1)).Message);
        Assert.Contains("Frames", Assert.ThrowsAny<ArgumentException>(() => new BouncingDot { Frames = 0 }.Generate(1)).Message);
        using Tensor y = zeros(2, 50, 10);
        Assert.Contains("y: expected", Assert.Throws<ArgumentException>(() => new BouncingDot().LogLikelihood(y)).Message);
    }
}
