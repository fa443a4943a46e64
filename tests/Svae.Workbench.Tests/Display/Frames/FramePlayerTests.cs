using SkiaSharp;
using Svae.Workbench.Display;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Display;

public class FramePlayerTests
{
    [Fact]
    public void The_sheet_holds_every_frame_of_every_clip_in_order()
    {
        using var level = arange(0, 12, ScalarType.Float32).reshape(12, 1, 1).expand(12, 16, 16).contiguous() * 4;
        FrameClip[] clips = [new("a", level.slice(0, 0, 5, 1), 0, 5), new("b", level.slice(0, 5, 12, 1), 0, 7)];
        var sheet = SpriteSheet.Of(clips, new DepthScale(50), 90);
        using var read = SKBitmap.Decode(Convert.FromBase64String(sheet.Uri.Split(',')[1]));
        for (int i = 0; i < 12; i++)
            Assert.InRange(read.GetPixel(i % sheet.Columns * 16 + 8, i / sheet.Columns * 16 + 8).Red, 255 * 4 * i / 50 - 6,
                255 * 4 * i / 50 + 6);
    }

    [Theory]
    [InlineData(0, 3, 5, 0, 8, 0, 3)]
    [InlineData(10, 4, 5, 5, 14, 5, 9)]
    [InlineData(17, 3, 5, 12, 8, 5, 8)]
    public void A_clip_around_a_bout_stays_inside_the_recording(int start, int length, int context, int first, int count, int from, int to)
    {
        using var frames = arange(20).reshape(20, 1, 1);
        var clip = FrameClip.Around("a", frames, start, length, context);
        Assert.Equal((first, count, from, to), ((int)clip.Frames[0].item<long>(), (int)clip.Frames.shape[0], clip.ActiveFrom,
            clip.ActiveTo));
    }

    [Fact]
    public void A_strip_samples_its_first_and_last_frame()
    {
        using var frames = arange(20).reshape(20, 1, 1);
        Assert.Equal([3, 6, 9, 12], FilmStrip.Sample(frames, 3, 10, 4).flatten().data<long>());
        Assert.Equal([3, 4], FilmStrip.Sample(frames, 3, 2, 8).flatten().data<long>());
        Assert.Equal([3], FilmStrip.Sample(frames, 3, 1, 8).flatten().data<long>());
    }

    [Fact]
    public void Frames_of_sixteen_bits_and_one_frame_alone_are_shown()
    {
        using var frames = full(new long[] { 1, 8, 10 }, 300, ScalarType.Int32);
        var bundle = new FramePlayer("one", [new("a", frames, 0, 1)], 30).ToMimeBundle();
        Assert.Contains("data:image/webp", bundle["text/html"]);
    }

    [Fact]
    public void The_window_holds_the_animal_and_leaves_stray_pixels_out()
    {
        using var frames = zeros(200, 40, 60, dtype: ScalarType.Byte);
        frames[TensorIndex.Colon, TensorIndex.Slice(10, 20), TensorIndex.Slice(30, 44)] = 40;
        frames[7, 39, 0] = 40;
        var window = FrameWindow.Around(frames, new DepthScale(50));
        Assert.InRange(window.Top, 0, 10);
        Assert.InRange(window.Left, 24, 30);
        Assert.InRange(window.Size, 14, 24);
        Assert.Equal([200, window.Size, window.Size], window.Crop(frames).shape);
    }

    [Fact]
    public void An_empty_recording_has_a_whole_window()
    {
        using var frames = zeros(5, 40, 60);
        Assert.Equal(40, FrameWindow.Around(frames, new DepthScale(50)).Size);
    }

    [Fact]
    public void Reconstructions_of_another_shape_are_refused()
    {
        using Tensor a = zeros(2, 8, 8), b = zeros(2, 8, 9);
        Assert.Contains("[2, 8, 9]", Assert.Throws<ArgumentException>(() => new ReconstructionPanel(a, b)).Message);
    }
}
