using SkiaSharp;

namespace Svae.Workbench.Display;

/// <summary>Encoding of pixels, and the typefaces to write with.</summary>
internal static class Picture
{
    /// <summary>The first of these that the machine has is used: Arial and what was drawn to its widths, then what Linux always has.</summary>
    private static readonly string[] families =
        ["Liberation Sans", "Arial", "Helvetica", "Segoe UI", "Noto Sans", "DejaVu Sans", "Ubuntu", "Cantarell"];

    /// <summary>Name of the font family used in static pictures.</summary>
    public static string Family { get; } = families.FirstOrDefault(SKFontManager.Default.FontFamilies.ToHashSet().Contains)
        ?? SKTypeface.Default.FamilyName;

    public static SKFont Font(float size, bool bold = false) =>
        new(SKTypeface.FromFamilyName(Family, bold ? SKFontStyle.Bold : SKFontStyle.Normal), size) { Subpixel = true, Edging = SKFontEdging.Antialias };

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
