using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>Many small frames in square blocks side by side on one colour scale, such as real ones beside sampled ones.</summary>
[TypeFormatterSource(typeof(MimeBundleFormatters))]
public sealed class FrameGrid : IMimeBundle
{
    private const int Width = 700, Margin = 12, Header = 36, BlockLabel = 20, ScaleSpace = 78, Gap = 1;
    private readonly string title;
    private readonly IReadOnlyList<(string Name, Tensor Frames)> blocks;
    private readonly DepthScale scale;
    private readonly int rows, columns;

    /// <param name="title">What is shown.</param>
    /// <param name="blocks">Name and frames [N, H, W] of each block, all of one frame size; read when shown, not copied.</param>
    /// <param name="rows">Rows of each block.</param>
    /// <param name="columns">Columns of each block; frames fill it row by row, those past the last place are left out.</param>
    /// <param name="scale">Colours; by default fitted to the first block.</param>
    public FrameGrid(string title, IReadOnlyList<(string Name, Tensor Frames)> blocks, int rows, int columns, DepthScale? scale = null)
    {
        if (blocks.Count == 0) throw new ArgumentException("blocks: expected at least one block of frames, got none");
        if (rows < 1 || columns < 1) throw new ArgumentException($"rows and columns: must be at least 1, got {rows} and {columns}");
        foreach (var (name, frames) in blocks)
            Guard.Shape(frames, name, ("frame", -1), ("row", blocks[0].Frames.shape[1]), ("column", blocks[0].Frames.shape[2]));
        (this.title, this.blocks, this.rows, this.columns) = (title, blocks, rows, columns);
        this.scale = scale ?? DepthScale.For(blocks[0].Frames);
    }

    /// <summary>Real frames beside frames that a model makes up, 15 × 15 each (Johnson et al. 2016, figure 6).</summary>
    /// <param name="real">Frames of the data, [N, H, W]; evenly spaced ones are shown.</param>
    /// <param name="sampled">Samples of the model, [M, H, W].</param>
    /// <param name="side">Rows and columns of each block.</param>
    /// <param name="scale">Colours; by default fitted to the real frames.</param>
    public static FrameGrid RealAndSampled(Tensor real, Tensor sampled, int side = 15, DepthScale? scale = null) =>
        new("Real frames and frames that the model makes up",
            [("real", FilmStrip.Sample(real, 0, (int)real.shape[0], side * side)), ("sampled", sampled)], side, side, scale ?? DepthScale.For(real));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        using SKBitmap drawn = Compose();
        byte[] png = Picture.Png(drawn);
        return new Dictionary<string, string>
        {
            ["text/html"] = StillHtml.Write(png, Width, ToString()), ["image/png"] = Convert.ToBase64String(png), ["text/plain"] = ToString(),
        };
    }

    /// <summary>One line: the title and what each block is.</summary>
    public override string ToString() =>
        $"{title}: " + string.Join("; ", blocks.Select(b => $"{b.Name} ({Math.Min(b.Frames.shape[0], rows * columns)} frames)"));

    private SKBitmap Compose()
    {
        int tall = (int)blocks[0].Frames.shape[1], wide = (int)blocks[0].Frames.shape[2];
        float room = (Width - 2 * Margin - ScaleSpace - (blocks.Count - 1) * Margin) / (float)blocks.Count;
        float zoom = Math.Min(room / (columns * (wide + Gap)), 4), blockWidth = zoom * columns * (wide + Gap), height = zoom * rows * (tall + Gap);
        var picture = Picture.Blank(Width * 2, (int)(Header + BlockLabel + height + Margin) * 2, SKColors.White);
        using var canvas = new SKCanvas(picture);
        canvas.Scale(2);
        using SKFont heading = Lettering.Font(16, bold: true), text = Lettering.Font(13);
        using var ink = new SKPaint { IsAntialias = true, Color = new SKColor(0x22, 0x22, 0x22) };
        canvas.DrawText(title, Margin, 25, heading, ink);
        for (int b = 0; b < blocks.Count; b++)
        {
            float x = Margin + b * (blockWidth + Margin);
            canvas.DrawText(blocks[b].Name, x, Header + 14, text, ink);
            using SKBitmap block = Block(blocks[b].Frames, tall, wide);
            using var image = SKImage.FromBitmap(block);
            canvas.DrawImage(image, new SKRect(x, Header + BlockLabel, x + blockWidth, Header + BlockLabel + height),
                new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        }
        ColorScale.Draw(canvas, scale.Ramp, 0, scale.Max, scale.Label, Width - ScaleSpace + 2, Header + BlockLabel, Math.Min(height, 200));
        return picture;
    }

    private SKBitmap Block(Tensor frames, int tall, int wide)
    {
        var bitmap = Picture.Blank(columns * (wide + Gap), rows * (tall + Gap), new SKColor(0x70, 0x70, 0x70));
        for (int i = 0; i < Math.Min((int)frames.shape[0], rows * columns); i++)
            scale.Draw(bitmap, DepthScale.Pixels(frames, i), wide, i % columns * (wide + Gap), i / columns * (tall + Gap));
        return bitmap;
    }
}
