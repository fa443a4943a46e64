using System.Net;
using System.Text;
using SkiaSharp;

namespace Svae.Workbench.Display;

/// <summary>Several outputs one above the other under one heading: the parts of a model, of a posterior.</summary>
[TypeFormatterSource(typeof(MimeBundleFormatters))]
public sealed class BundleStack : IMimeBundle
{
    private readonly string heading;
    private readonly IReadOnlyList<IMimeBundle> parts;

    /// <param name="heading">What they are parts of.</param>
    /// <param name="parts">The outputs, from top to bottom.</param>
    public BundleStack(string heading, IReadOnlyList<IMimeBundle> parts) =>
        (this.heading, this.parts) = (heading, [.. parts.SelectMany(part => part is BundleStack inner ? inner.parts : [part])]);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        var bundles = parts.Select(part => part.ToMimeBundle()).ToArray();
        var html = new StringBuilder($"<div style=\"font:bold 14px sans-serif;margin:2px 0 6px\">{WebUtility.HtmlEncode(heading)}</div>");
        foreach (var bundle in bundles) html.Append("<div style=\"margin-bottom:8px\">").Append(bundle["text/html"]).Append("</div>");
        var result = new Dictionary<string, string> { ["text/html"] = html.ToString(), ["text/plain"] = ToString() };
        string[] pictures = [.. bundles.Where(b => b.ContainsKey("image/png")).Select(b => b["image/png"])];
        if (pictures.Length > 0) result["image/png"] = Convert.ToBase64String(Stack(pictures));
        return result;
    }

    /// <summary>The heading and what each part says.</summary>
    public override string ToString() => heading + string.Concat(parts.Select(part => $"\n  {part.ToString()?.ReplaceLineEndings("\n  ")}"));

    /// <summary>The pictures one above the other, at half their resolution.</summary>
    private static byte[] Stack(string[] pictures)
    {
        SKBitmap[] parts = [.. pictures.Select(p => SKBitmap.Decode(Convert.FromBase64String(p)))];
        try
        {
            using SKBitmap all = Picture.Blank(parts.Max(p => p.Width) / 2, parts.Sum(p => p.Height / 2), SKColors.White);
            using var canvas = new SKCanvas(all);
            float y = 0;
            foreach (SKBitmap part in parts)
            {
                using SKImage image = SKImage.FromBitmap(part);
                canvas.DrawImage(image, new SKRect(0, y, part.Width / 2f, y + part.Height / 2), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
                y += part.Height / 2;
            }
            return Picture.Png(all);
        }
        finally
        {
            foreach (SKBitmap part in parts) part.Dispose();
        }
    }
}
