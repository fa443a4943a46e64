using Svae.Workbench.Data;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Data;

public class FrameScalingTests
{
    [Theory, InlineData(80, 40, null), InlineData(80, 30, 60), InlineData(80, 30, null), InlineData(10, 3, 7)]
    public void Cells_are_the_averages_over_their_areas(int side, int size, int? crop)
    {
        using var scope = NewDisposeScope();
        Tensor frames = randint(0, 60, [3, side, side], dtype: ScalarType.Byte, generator: new Generator(1));
        Tensor small = FrameScaling.Downsample(frames, size, crop);
        Assert.Equal([3L, size * size], small.shape);
        // The slow way: cut every pixel into size × size grains, average whole grains.
        int kept = crop ?? side, first = (side - kept) / 2;
        Tensor cut = frames.narrow(1, first, kept).narrow(2, first, kept).to(ScalarType.Float32);
        Tensor grains = cut.repeat_interleave(size, 1).repeat_interleave(size, 2);
        Tensor slow = nn.functional.avg_pool2d(grains.unsqueeze(1), kept).flatten(1) / FrameScaling.UnitMillimetres;
        Assert.True((slow - small).abs().max().item<float>() < 1e-5);
    }

    [Fact]
    public void Long_recordings_are_scaled_in_blocks_to_the_same_result()
    {
        using var scope = NewDisposeScope();
        Tensor frames = randint(0, 60, [1203, 8, 8], dtype: ScalarType.Byte, generator: new Generator(1));
        Assert.True(FrameScaling.Downsample(frames, 4)[1100..].allclose(FrameScaling.Downsample(frames[1100..], 4)));
    }

    [Fact]
    public void A_crop_that_does_not_fit_is_refused_by_name()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("crop", Assert.Throws<ArgumentException>(() => FrameScaling.Downsample(zeros(2, 8, 8), 4, 9)).Message);
        Assert.Contains("size", Assert.Throws<ArgumentException>(() => FrameScaling.Downsample(zeros(2, 8, 8), 9)).Message);
        Assert.Contains("frames", Assert.Throws<ArgumentException>(() => FrameScaling.Downsample(zeros(2, 8), 4)).Message);
    }
}
