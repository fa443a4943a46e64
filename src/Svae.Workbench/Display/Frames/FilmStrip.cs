using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>Frames side by side, heat-coloured, with the colour scale beside them; several rows one above the other.</summary>
[TypeFormatterSource(typeof(MimeBundleFormatters))]
public sealed class FilmStrip : IMimeBundle
{
    private const int Gap = 2;
    private readonly IReadOnlyList<(string Name, Tensor Frames)> rows;
    private readonly DepthScale scale;
    private readonly string title;

    /// <param name="title">Title above the strip.</param>
    /// <param name="rows">Name and frames [N, H, W] of each row; all of one size. Read when shown, not copied.</param>
    /// <param name="scale">Colours; by default fitted to the first row.</param>
    public FilmStrip(string title, IReadOnlyList<(string Name, Tensor Frames)> rows, DepthScale? scale = null)
    {
        if (rows.Count == 0) throw new ArgumentException("rows: expected at least one row of frames, got none");
        foreach (var (name, frames) in rows)
            if (frames.dim() != 3) throw new ArgumentException($"{name}: expected frames [N, H, W], got [{string.Join(", ", frames.shape)}]");
        (this.title, this.rows) = (title, rows);
        this.scale = scale ?? DepthScale.For(rows[0].Frames);
    }

    /// <summary>A text under each frame, such as its time.</summary>
    public IReadOnlyList<string> Captions { get; init; } = [];

    /// <summary>A line stands before this frame in all rows, with this text below it.</summary>
    public (int Before, string Label)? Marker { get; init; }

    /// <summary>A true sequence above what was predicted of it, with a line where the predictions begin.</summary>
    /// <param name="title">Title above the strip.</param>
    /// <param name="truth">What happened, [T, H, W].</param>
    /// <param name="predictions">Name and frames [T, H, W] of each prediction; in its first frames what the model makes of those it saw.</param>
    /// <param name="conditioned">How many frames the model saw.</param>
    /// <param name="frameRate">Frames per second.</param>
    /// <param name="count">How many frames are shown, evenly spaced.</param>
    /// <param name="scale">Colours; by default fitted to the truth.</param>
    public static FilmStrip Prediction(string title, Tensor truth, IReadOnlyList<(string Name, Tensor Frames)> predictions, int conditioned,
        double frameRate, int count = 14, DepthScale? scale = null)
    {
        foreach (var (name, frames) in predictions)
            if (!frames.shape.SequenceEqual(truth.shape))
                throw new ArgumentException($"{name}: expected the shape of the truth [{string.Join(", ", truth.shape)}], got [{string.Join(", ", frames.shape)}]");
        int length = (int)truth.shape[0];
        long[] shown = Indices(0, length, count);
        return new FilmStrip(title, [("truth", Sample(truth, 0, length, count)), .. predictions.Select(p => (p.Name, Sample(p.Frames, 0, length, count)))],
            scale ?? DepthScale.For(truth))
        {
            Captions = [.. shown.Select(i => FormattableString.Invariant($"{i / frameRate:0.00} s"))],
            Marker = (shown.Count(i => i < conditioned), $"the model predicts from here ({conditioned} frames seen)"),
        };
    }

    /// <summary>Every so many-th of a stretch of frames: <paramref name="count"/> of them, the first and the last included.</summary>
    /// <param name="frames">All frames, [T, H, W].</param>
    /// <param name="start">First frame of the stretch.</param>
    /// <param name="length">Frames in the stretch.</param>
    /// <param name="count">How many to take, at most <paramref name="length"/>.</param>
    public static Tensor Sample(Tensor frames, int start, int length, int count)
    {
        using Tensor index = tensor(Indices(start, length, count), device: frames.device);
        return frames.index_select(0, index);
    }

    private static long[] Indices(int start, int length, int count)
    {
        int taken = Math.Min(count, length);
        double step = taken == 1 ? 0 : (length - 1.0) / (taken - 1);
        return [.. Enumerable.Range(0, taken).Select(i => start + (long)Math.Round(i * step))];
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        using SKBitmap drawn = Compose(out int width);
        byte[] png = Picture.Png(drawn);
        return new Dictionary<string, string>
        {
            ["text/html"] = StillHtml.Write(png, width, ToString()),
            ["image/png"] = Convert.ToBase64String(png),
            ["text/plain"] = ToString(),
        };
    }

    /// <summary>One line: the title and what each row is.</summary>
    public override string ToString() => $"{title}: " + string.Join("; ", rows.Select(r => $"{r.Name} ({r.Frames.shape[0]} frames)"));

    /// <summary>The frames of one row without any text, at one picture pixel per frame pixel.</summary>
    internal static SKBitmap Bare(Tensor frames, DepthScale scale)
    {
        int count = (int)frames.shape[0], height = (int)frames.shape[1], width = (int)frames.shape[2];
        var strip = Picture.Blank(count * (width + Gap) - Gap, height, new SKColor(0x70, 0x70, 0x70));
        for (int i = 0; i < count; i++) scale.Draw(strip, DepthScale.Pixels(frames, i), width, i * (width + Gap), 0);
        return strip;
    }

    /// <summary>Two picture pixels a CSS pixel; a frame pixel is a whole number of picture pixels, or the strip is shrunk to fit.</summary>
    private SKBitmap Compose(out int width)
    {
        const int most = 700, scalebar = 78, header = 34, rowLabel = 18;
        var strips = rows.Select(r => Bare(r.Frames, scale)).ToArray();
        float zoom = Math.Min((most - scalebar - 24f) / strips.Max(s => s.Width), 1.6f);
        int shownHeight = (int)MathF.Ceiling(strips[0].Height * zoom);
        width = most;
        int footer = (Captions.Count > 0 ? 16 : 0) + (Marker is null ? 0 : 18);
        var picture = Picture.Blank(most * 2, (header + rows.Count * (rowLabel + shownHeight + 8) + 6 + footer) * 2, SKColors.White);
        using var canvas = new SKCanvas(picture);
        canvas.Scale(2);
        using SKFont heading = Lettering.Font(16, bold: true), text = Lettering.Font(13);
        using var ink = new SKPaint { IsAntialias = true, Color = new SKColor(0x22, 0x22, 0x22) };
        canvas.DrawText(title, 12, 25, heading, ink);
        ink.Color = new SKColor(0x44, 0x44, 0x44);
        float y = header;
        for (int i = 0; i < rows.Count; i++, y += rowLabel + shownHeight + 8)
        {
            canvas.DrawText(rows[i].Name, 12, y + 13, text, ink);
            using var image = SKImage.FromBitmap(strips[i]);
            canvas.DrawImage(image, new SKRect(12, y + rowLabel, 12 + strips[i].Width * zoom, y + rowLabel + shownHeight),
                new SKSamplingOptions(SKFilterMode.Nearest));
            strips[i].Dispose();
        }
        Annotate(canvas, zoom * (rows[0].Frames.shape[2] + Gap), header + rowLabel, y - 8);
        ColorScale.Draw(canvas, scale.Ramp, 0, scale.Max,
            scale.Label, most - scalebar + 8, header + rowLabel, Math.Min(y - header - rowLabel - 8, 160));
        return picture;
    }

    /// <summary>Captions under the last row, as many as have room, and the marker through all rows.</summary>
    private void Annotate(SKCanvas canvas, float pitch, float top, float bottom)
    {
        using SKFont small = Lettering.Font(11), text = Lettering.Font(12.5f);
        using var ink = new SKPaint { IsAntialias = true, Color = new SKColor(0x44, 0x44, 0x44) };
        float longest = Captions.Select(c => small.MeasureText(c)).DefaultIfEmpty(1).Max() + 6;
        int every = Math.Max((int)MathF.Ceiling(longest / pitch), 1);
        for (int i = 0; i < Captions.Count; i += every)
            canvas.DrawText(Captions[i], 12 + (i + .5f) * pitch, bottom + 13, SKTextAlign.Center, small, ink);
        if (Marker is not { } marker) return;
        float x = 11 + marker.Before * pitch, foot = bottom + (Captions.Count > 0 ? 16 : 0);
        bool right = marker.Before * 2 <= rows[0].Frames.shape[0];
        canvas.DrawText(marker.Label, x, foot + 14, right ? SKTextAlign.Left : SKTextAlign.Right, text, ink);
        ink.Color = SKColor.Parse(Palette.Of(5));
        ink.StrokeWidth = 2;
        canvas.DrawLine(x, top - 4, x, foot + 2, ink);
    }
}
