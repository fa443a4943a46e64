using System.Text.Json;
using SkiaSharp;
using Svae.Workbench.Display;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Display;

public class FrameGridTests
{
    private static SKBitmap Png(IMimeBundle bundle) => SKBitmap.Decode(Convert.FromBase64String(bundle.ToMimeBundle()["image/png"]));

    [Fact]
    public void Frames_fill_the_grid_row_by_row()
    {
        var scale = new DepthScale(9);
        using Tensor level = arange(6, ScalarType.Float32).reshape(6, 1, 1).expand(6, 40, 40).contiguous();
        using SKBitmap picture = Png(new FrameGrid("grid", [("a", level)], 2, 3, scale));
        float zoom = Math.Min((700 - 24 - 78) / (3 * 41f), 4);
        for (int i = 0; i < 6; i++)
        {
            SKColor seen = picture.GetPixel((int)(2 * (12 + zoom * (i % 3 * 41 + 20))), (int)(2 * (56 + zoom * (i / 3 * 41 + 20)))), meant = scale.Ramp.Skia(i / 9.0);
            Assert.True(Math.Abs(seen.Red - meant.Red) < 8 && Math.Abs(seen.Green - meant.Green) < 8, $"frame {i}: {seen}, meant {meant}");
        }
    }

    [Fact]
    public void A_prediction_strip_marks_the_first_shown_frame_that_was_predicted()
    {
        using Tensor truth = zeros(41, 8, 8), other = zeros(40, 8, 8);
        var strip = FilmStrip.Prediction("p", truth, [("a", truth)], 10, 20, count: 5); // frames 0, 10, 20, 30, 40
        Assert.Equal(1, strip.Marker?.Before);
        Assert.Equal(["0.00 s", "0.50 s", "1.00 s", "1.50 s", "2.00 s"], strip.Captions);
        Assert.Contains("[41, 8, 8]", Assert.Throws<ArgumentException>(() => FilmStrip.Prediction("p", truth, [("a", other)], 10, 20)).Message);
    }

    [Fact]
    public void A_video_map_holds_the_pixels_and_what_a_prediction_is_off_by()
    {
        using Tensor truth = tensor(new[,] { { 0.0, 1 }, { 2, 3 }, { 4, 5 } }), guess = truth + 1;
        var live = JsonDocument.Parse(LiveFigure.Json(new FigurePlan(VideoMap.Of("v", [("truth", truth), ("guess", guess)], 2, true, 10)))).RootElement;
        double[] Row(int trace, int pixel) => [.. live.GetProperty("data")[trace].GetProperty("z")[pixel].EnumerateArray().Select(e => e.GetDouble())];
        Assert.Equal([1, 3, 5], Row(0, 1));
        Assert.Equal([1, 1, 1], Row(2, 0));
        Assert.All(live.GetProperty("layout").GetProperty("shapes").EnumerateArray(), s => Assert.Equal(.15, s.GetProperty("x0").GetDouble(), 1e-9));
    }
}
