using CsCheck;
using SkiaSharp;
using Svae.Workbench.Display;
using Xunit;

namespace Svae.Workbench.Tests.Display;

public class PalettePngTests
{
    [Fact]
    public void A_picture_of_few_colours_is_read_back_exactly_by_another_decoder() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 30], Gen.UInt.Array[1, 256], Gen.Int[0, 1000]).Sample((width, height, colors, seed) =>
        {
            var random = new Random(seed);
            using var picture = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
            for (int i = 0; i < width * height; i++) picture.SetPixel(i % width, i / width,
                (SKColor)(colors[random.Next(colors.Length)] | 0xFF000000));
            using var read = SKBitmap.Decode(PalettePng.Encode(picture));
            return read.Pixels.SequenceEqual(picture.Pixels);
        }, iter: 50);

    [Fact]
    public void Of_many_colours_each_stays_close()
    {
        using var picture = new SKBitmap(64, 64, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int i = 0; i < 4096; i++) picture.SetPixel(i % 64, i / 64,
            new SKColor((byte)(i % 64 * 4), (byte)(i % 64 * 4), (byte)(128 + i / 64)));
        using var read = SKBitmap.Decode(PalettePng.Encode(picture));
        Assert.All(read.Pixels.Zip(picture.Pixels), p => Assert.True(Math.Abs(p.First.Red - p.Second.Red) <= 12));
    }
}
