using Svae.Workbench.Data;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Data;

public class FramePixelsTests
{
    [Fact]
    public void Painting_what_was_observed_gives_back_the_averaged_frame()
    {
        Tensor frames = (rand(30, 80, 80) * 60).to(ScalarType.Byte);
        var pixels = FramePixels.Fit([frames]);
        Tensor average = nn.functional.avg_pool2d(frames.to(ScalarType.Float32).unsqueeze(1), 2).squeeze(1);
        Assert.InRange((average - pixels.Paint(pixels.Observe(frames))).abs().max().item<float>(), 0, 1e-3f);
    }

    [Fact]
    public void Pixels_that_never_change_are_left_out()
    {
        Tensor frames = zeros([50, 20, 20], ScalarType.Byte);
        frames.narrow(1, 5, 4).narrow(2, 5, 3).copy_((rand(50, 4, 3) * 50).to(ScalarType.Byte));
        Assert.Equal(12, FramePixels.Fit([frames]).Size);
    }

    [Fact]
    public void Frames_that_cannot_be_used_are_named()
    {
        Assert.Contains("no pixel ever changes", Assert.Throws<ArgumentException>(() => FramePixels.Fit([ones([5, 8, 8], ScalarType.Byte)])).Message);
        Tensor small = (rand(5, 8, 8) * 9).to(ScalarType.Byte);
        Assert.Contains("frames of recording 2", Assert.Throws<ArgumentException>(() => FramePixels.Fit([small, ones([5, 8, 9], ScalarType.Byte)])).Message);
    }
}
