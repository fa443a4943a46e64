using System.Text;
using System.Text.RegularExpressions;
using SkiaSharp;
using Svae.Notebooks.Documents;

namespace Svae.Notebooks.Export;

/// <summary>The first picture among a notebook's outputs, made small.</summary>
internal static partial class Thumbnail
{
    private const int Width = 360;

    /// <summary>The picture as a data URI; null when the notebook shows none that can be read.</summary>
    public static string? Of(NotebookDocument notebook) => Pictures(notebook).Select(Small).FirstOrDefault(uri => uri is not null);

    private static IEnumerable<(string Type, string Base64)> Pictures(NotebookDocument notebook)
    {
        foreach (var data in notebook.Cells.SelectMany(cell => cell.Outputs).Select(output => output["data"]).OfType<System.Text.Json.Nodes.JsonObject>())
        {
            foreach (string type in (string[])["image/png", "image/jpeg", "image/webp"])
                if (Json.Text(data[type]) is { } encoded) yield return (type, encoded);
            if (Json.Text(data["image/svg+xml"]) is { } svg) yield return ("image/svg+xml", Convert.ToBase64String(Encoding.UTF8.GetBytes(svg)));
            if (Json.Text(data["text/html"]) is { } html && InPage().Match(html) is { Success: true } image) yield return (image.Groups[1].Value, image.Groups[2].Value);
        }
    }

    private static string? Small((string Type, string Base64) picture)
    {
        if (picture.Type == "image/svg+xml") return picture.Base64.Length < 60_000 ? $"data:{picture.Type};base64,{picture.Base64}" : null;
        try
        {
            using var full = SKBitmap.Decode(Convert.FromBase64String(picture.Base64.ReplaceLineEndings("")));
            if (full is null || full.Width < 16 || full.Height < 16) return null;
            int width = Math.Min(Width, full.Width), height = Math.Max(1, full.Height * width / full.Width);
            using var small = full.Resize(new SKImageInfo(width, height), new SKSamplingOptions(SKCubicResampler.Mitchell));
            using var encoded = small.Encode(SKEncodedImageFormat.Webp, 85);
            return $"data:image/webp;base64,{Convert.ToBase64String(encoded.AsSpan())}";
        }
        catch (FormatException)
        {
            return null;
        }
    }

    [GeneratedRegex("""<img\b[^>]{0,4000}?\bsrc="data:(image/(?:png|jpeg|webp));base64,([A-Za-z0-9+/=\s]+)["]""")]
    private static partial Regex InPage();
}
