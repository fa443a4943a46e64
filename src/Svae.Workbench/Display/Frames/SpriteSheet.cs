using SkiaSharp;

namespace Svae.Workbench.Display;

/// <summary>The frames of several clips in one grey picture, which the player colours while it plays.</summary>
internal sealed record SpriteSheet(string Uri, int Width, int Height, int Columns)
{
    public static SpriteSheet Of(IReadOnlyList<FrameClip> clips, DepthScale scale, int quality)
    {
        int height = (int)clips[0].Frames.shape[1], width = (int)clips[0].Frames.shape[2];
        int count = clips.Sum(c => (int)c.Frames.shape[0]), columns = Math.Max((int)Math.Ceiling(Math.Sqrt(count)), 1);
        int rows = (count + columns - 1) / columns;
        using var sheet = new SKBitmap(columns * width, rows * height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        sheet.Erase(SKColors.Black);
        Span<byte> pixels = sheet.GetPixelSpan();
        int at = 0;
        foreach (FrameClip clip in clips)
            for (int t = 0; t < clip.Frames.shape[0]; t++, at++)
                Place(pixels, sheet.RowBytes, DepthScale.Pixels(clip.Frames, t), scale.Max, width, at % columns * width,
                    at / columns * height);
        return new SpriteSheet("data:image/webp;base64," + Convert.ToBase64String(Picture.Webp(sheet, quality)), width, height, columns);
    }

    private static void Place(Span<byte> pixels, int rowBytes, float[] heights, double max, int width, int x, int y)
    {
        for (int i = 0; i < heights.Length; i++)
        {
            byte grey = (byte)Math.Clamp(Math.Round(255 * heights[i] / max), 0, 255);
            pixels.Slice((y + i / width) * rowBytes + (x + i % width) * 4, 3).Fill(grey);
        }
    }
}
