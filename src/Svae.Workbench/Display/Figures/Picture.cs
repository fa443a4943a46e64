using SkiaSharp;

namespace Svae.Workbench.Display;

/// <summary>Bitmaps and their encodings.</summary>
internal static class Picture
{
    public static byte[] Png(SKBitmap bitmap) => PalettePng.Encode(bitmap);

    public static string PngUri(byte[] png) => "data:image/png;base64," + Convert.ToBase64String(png);

    /// <summary>With loss: for frames, of which many are stored.</summary>
    /// <param name="bitmap">The pixels.</param>
    /// <param name="quality">0 to 100.</param>
    public static byte[] Webp(SKBitmap bitmap, int quality)
    {
        using var pixels = bitmap.PeekPixels();
        using var data = pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, quality));
        return data!.ToArray();
    }

    public static SKBitmap Blank(int width, int height, SKColor background)
    {
        var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        bitmap.Erase(background);
        return bitmap;
    }
}
