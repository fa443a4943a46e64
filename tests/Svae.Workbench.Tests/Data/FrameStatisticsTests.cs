using Svae.Workbench.Data;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Data;

public class FrameStatisticsTests(ITestOutputHelper output)
{
    private static readonly FrameStatistics Real = FrameStatistics.Real, Prototype = FrameStatistics.Prototype;

    /// <summary>Between the real session and the prototype, or outside by no more than this share and this much.</summary>
    private static void Near(double[] simulated, double[] real, double[] prototype, double share, double floor = 0)
    {
        for (int i = 0; i < simulated.Length; i++)
            Assert.InRange(simulated[i], Math.Min(real[i], prototype[i]) * (1 - share) - floor, Math.Max(real[i], prototype[i]) * (1 + share) + floor);
    }

    [Theory, InlineData(Difficulty.Medium), InlineData(Difficulty.Realistic)]
    public void Simulated_video_has_the_statistics_of_a_real_extraction(Difficulty difficulty)
    {
        using var scope = NewDisposeScope();
        FrameStatistics mice = FrameStatistics.Of(MouseSimulator.Simulate(new() { Mice = 4, FramesPerMouse = 1200, Difficulty = difficulty, Seed = 1 }));
        output.WriteLine(difficulty + "\n" + mice.Table(("real", Real), ("prototype", Prototype)));
        Near(mice.Area, Real.Area, Prototype.Area, .15);
        Near(mice.MeanHeight, Real.MeanHeight, Prototype.MeanHeight, .15);
        Near(mice.MaxHeight, Real.MaxHeight, Prototype.MaxHeight, .15);
        // The first component alone takes more of the variance than in the real session: our mice differ less by other things.
        Near(mice.PrincipalVariance[1..], Real.PrincipalVariance[1..], Prototype.PrincipalVariance[1..], .1);
        int lags = difficulty == Difficulty.Realistic ? 4 : 3;      // with less drift, less is left after a second
        Near(mice.Autocorrelation[..lags], Real.Autocorrelation, Prototype.Autocorrelation, .1, floor: .05);
        Near([mice.FrameDifference], [Real.FrameDifference], [Prototype.FrameDifference], .15);
        Near([mice.Toggling], [Real.Toggling], [Prototype.Toggling], .15);
    }

    [Fact]
    public void Statistics_of_a_block_that_jumps_are_what_one_counts_by_hand()
    {
        using var scope = NewDisposeScope();
        Tensor frames = zeros([100, 80, 80], dtype: ScalarType.Byte);
        frames[TensorIndex.Slice(0, null, 2), 30..40, 30..50] = tensor((byte)30);
        frames[TensorIndex.Slice(1, null, 2), 30..40, 32..52] = tensor((byte)30);
        FrameStatistics block = FrameStatistics.Of([new Recording { Name = "block", Source = "test", Frames = frames }]);
        Assert.Equal([200, 200, 200], block.Area);
        Assert.Equal([30, 30, 30], block.MeanHeight);
        Assert.Equal([30, 30, 30], block.MaxHeight);
        Assert.Equal(40, block.Toggling);
        Assert.Equal(0, block.FrameDifference);
        Assert.Equal(1, block.PrincipalVariance[0], 6);
        Assert.Equal(-1, block.Autocorrelation[0], 1);
        Assert.Equal(1, block.Autocorrelation[2], 1);
    }

    [Fact]
    public void Bouts_last_as_long_as_in_a_real_recording()
    {
        RandomStream random = new(2, 0);
        int[] labels = new MouseGrammar(MouseBehavior.Repertoire, random).Sample(MouseBehavior.Repertoire, 100_000, 30, random);
        int[] starts = [0, .. Enumerable.Range(1, labels.Length - 1).Where(t => labels[t] != labels[t - 1])];
        double[] bouts = [.. starts.Zip(starts.Skip(1), (from, to) => (to - from) * 1000 / 30.0)];
        double mean = bouts.Average(), deviation = Math.Sqrt(bouts.Average(b => (b - mean) * (b - mean))), median = bouts.Order().ElementAt(bouts.Length / 2);
        output.WriteLine($"mean {mean:0} median {median:0} deviation {deviation:0} ms");
        Assert.InRange(mean, 566 * .8, 566 * 1.2);
        Assert.InRange(median, 400 * .8, 400 * 1.2);
        Assert.InRange(deviation, 636 * .7, 636 * 1.2);
    }
}
