using Svae.Workbench.Data;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Data.Toys;

public class TwoSpeedDotTests
{
    [Fact]
    public void The_dot_moves_by_its_speed_in_pixels_and_keeps_it_for_fifty_frames_on_average()
    {
        using var scope = NewDisposeScope();
        ToyData video = new TwoSpeedDot { TrainingSequences = 100 }.Generate(1).Training;
        Tensor move = (video.Latents.narrow(1, 1, 199) - video.Latents.narrow(1, 0, 199)).select(2, 0).abs() * 7; // pixels
        float[] pixels = [.. move.contiguous().data<float>()];
        int switches = 0;
        for (int n = 0; n < 100; n++)
            for (int t = 1; t < 200; t++)
            {
                int z = video.Labels![n][t];
                if (z != video.Labels[n][t - 1]) switches++;
                if (video.Latents[n, t, 1].item<float>() == video.Latents[n, t - 1, 1].item<float>())
                    Assert.Equal(z == 0 ? 1.0 : 1.9, pixels[n * 199 + t - 1], 4);
            }
        Assert.InRange(switches / (100 * 199.0), 0.02 - 0.005, 0.02 + 0.005);
        Assert.InRange(video.Labels!.Average(z => z.Average()), 0.35, 0.65);
        Assert.Equal(0.05, (video.Observations - video.Clean).std().item<float>(), 3);
        double distance = (video.Latents[3, 20, 0].item<float>() - (-1 + 4 * 2 / 14.0)) / 0.3;
        Assert.Equal(Math.Exp(-0.5 * distance * distance), video.Clean[3, 20, 4].item<float>(), 4);
    }

    [Fact]
    public void The_likelihood_is_the_sum_over_all_paths_of_speeds_and_a_grid_of_phases()
    {
        using var scope = NewDisposeScope();
        var dot = new TwoSpeedDot { Frames = 4, Noise = 0.4, MeanDwell = 3, Observed = 5, TrainingSequences = 2 };
        Tensor y = dot.Generate(2).Training.Observations;
        double[] actual = [.. dot.LogLikelihood(y).data<double>()];
        const int phases = 4000;
        Tensor start = arange(phases, dtype: ScalarType.Float64) * (2.0 / phases);
        for (int n = 0; n < 2; n++)
        {
            double sum = 0;
            for (int path = 0; path < 16; path++)
            {
                double probability = 0.5;
                var steps = new double[4];
                for (int t = 1; t < 4; t++)
                {
                    int before = path >> (t - 1) & 1, now = path >> t & 1;
                    probability *= before == now ? 2 / 3.0 : 1 / 3.0;
                    steps[t] = steps[t - 1] + (now == 0 ? 1.0 : 1.9) / 4;
                }
                Tensor phase = start.unsqueeze(1) + tensor(steps), position = 1 - 2 * (phase.remainder(2) - 1).abs();
                Tensor clean = (((position.unsqueeze(-1) - linspace(-1, 1, 5, dtype: ScalarType.Float64)) / 0.3).square() * -0.5).exp();
                Tensor square = (y[n].to(ScalarType.Float64) - clean).square().sum([1L, 2L]);
                sum += probability * (square * (-0.5 / 0.16)).exp().mean().item<double>();
            }
            Assert.Equal(Math.Log(sum) - 10 * Math.Log(2 * Math.PI * 0.16), actual[n], 5);
        }
    }

    [Fact]
    public void A_dot_with_given_speeds_follows_them_and_the_same_seed_begins_at_the_same_phases()
    {
        using var scope = NewDisposeScope();
        // In 30 frames the second speed gains 28 pixels on the first, one round trip.
        var dot = new TwoSpeedDot { Speeds = [1, 29.0 / 15] };
        int[] Speeds(int change) => [.. Enumerable.Range(0, 50).Select(t => t < change ? 0 : 1)];
        ToyData early = dot.Follow([Speeds(10), Speeds(10)], 3), late = dot.Follow([Speeds(40), Speeds(40)], 3);
        Assert.Equal(Speeds(10), early.Labels![1]);
        Tensor apart = (early.Clean - late.Clean).abs().amax([0L, 2L]), noise = (early.Observations - early.Clean) - (late.Observations - late.Clean);
        Assert.All(apart.narrow(0, 0, 10).data<float>().Concat(apart.narrow(0, 40, 10).data<float>()), d => Assert.Equal(0, d, 1e-5));
        Assert.True(apart.narrow(0, 12, 26).min().item<float>() > 0.05);
        Assert.True(noise.abs().max().item<float>() < 1e-6);
        float[] place = [.. early.Latents[0].select(1, 0).data<float>()], direction = [.. early.Latents[0].select(1, 1).data<float>()];
        for (int t = 1; t < 50; t++)
            if (direction[t] == direction[t - 1]) Assert.Equal((t < 10 ? 1 : 29.0 / 15) / 7, Math.Abs(place[t] - place[t - 1]), 1e-5);
    }

    [Theory]
    [InlineData(new[] { 0, 1, 2 }, new[] { 0, 0, 0 }, "indices from 0 to 1")]
    [InlineData(new[] { 0, 1 }, new[] { 0, 0, 0 }, "one length")]
    public void Speeds_that_cannot_be_followed_are_named(int[] one, int[] other, string words) =>
        Assert.Contains(words, Assert.Throws<ArgumentException>(() => new TwoSpeedDot().Follow([one, other], 0)).Message, StringComparison.Ordinal);

    [Fact]
    public void Speeds_without_a_common_grid_are_refused()
    {
        using Tensor y = zeros(1, 3, 15);
        Assert.Contains("Speeds", Assert.Throws<ArgumentException>(() => new TwoSpeedDot { Speeds = [1, Math.PI] }.LogLikelihood(y)).Message);
    }
}
