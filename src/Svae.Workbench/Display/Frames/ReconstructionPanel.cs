using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>Real frames above what the model makes of them, and what is left over.</summary>
[TypeFormatterSource(typeof(MimeBundleFormatters))]
public sealed class ReconstructionPanel : IMimeBundle
{
    private readonly Tensor real, model;
    private readonly DepthScale scale;

    /// <param name="real">Frames, [N, H, W].</param>
    /// <param name="model">Their reconstructions, samples or predictions, [N, H, W].</param>
    /// <param name="scale">Colours; by default fitted to the real frames.</param>
    public ReconstructionPanel(Tensor real, Tensor model, DepthScale? scale = null)
    {
        if (!real.shape.SequenceEqual(model.shape))
            throw new ArgumentException($"model: expected the shape of the real frames [{string.Join(", ", real.shape)}], got [{string.Join(", ", model.shape)}]");
        (this.real, this.model, this.scale) = (real.detach().to(ScalarType.Float32).cpu(), model.detach().to(ScalarType.Float32).cpu(),
            scale ?? DepthScale.For(real));
    }

    /// <summary>Title above the frames.</summary>
    public string Title { get; init; } = "Frames and their reconstructions";

    /// <summary>Name of the second row.</summary>
    public string ModelName { get; init; } = "model";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        const int width = 700, left = 74, right = 84, header = 36;
        int count = (int)real.shape[0], tall = (int)real.shape[1], wide = (int)real.shape[2];
        float size = Math.Min((width - left - right) / (float)count, 110), height = size * tall / wide;
        using var picture = Picture.Blank(width * 2, ((int)MathF.Ceiling(3 * height) + header + 14) * 2, SKColors.White);
        using var canvas = new SKCanvas(picture);
        canvas.Scale(2);
        using SKFont heading = Lettering.Font(16, bold: true), text = Lettering.Font(13);
        using var ink = new SKPaint { IsAntialias = true, Color = new SKColor(0x22, 0x22, 0x22) };
        canvas.DrawText(Title, 12, 25, heading, ink);
        using Tensor residual = model - real;
        double error = DepthScale.For(residual.abs()).Max;
        for (int row = 0; row < 3; row++)
        {
            float y = header + row * height;
            canvas.DrawText(row == 0 ? "real" : row == 1 ? ModelName : "difference", 12, y + height / 2 + 4, text, ink);
            for (int i = 0; i < count; i++)
            {
                var place = new SKRect(left + i * size, y, left + (i + 1) * size - 2, y + height - 2);
                if (row == 2) Draw(canvas, place, residual[i], v => ColorRamp.Diverging.Skia(.5 + .5 * v / error));
                else Draw(canvas, place, (row == 0 ? real : model)[i], v => scale.Ramp.Skia(v / scale.Max));
            }
        }
        ColorScale.Draw(canvas, scale.Ramp, 0, scale.Max, scale.Label, width - right + 8, header, 2 * height - 10);
        ColorScale.Draw(canvas, ColorRamp.Diverging, -error, error, "", width - right + 8, header + 2 * height + 6, height - 12);
        byte[] png = Picture.Png(picture);
        return new Dictionary<string, string>
        {
            ["text/html"] = StillHtml.Write(png, width, ToString()), ["image/png"] = Convert.ToBase64String(png),
                ["text/plain"] = ToString(),
        };
    }

    private static void Draw(SKCanvas canvas, SKRect place, Tensor frame, Func<float, SKColor> color)
    {
        using (frame)
        using (var bitmap = Picture.Blank((int)frame.shape[1], (int)frame.shape[0], SKColors.White))
        {
            float[] pixels = frame.contiguous().data<float>().ToArray();
            for (int p = 0; p < pixels.Length; p++) bitmap.SetPixel(p % bitmap.Width, p / bitmap.Width, color(pixels[p]));
            using var image = SKImage.FromBitmap(bitmap);
            canvas.DrawImage(image, place, new SKSamplingOptions(SKFilterMode.Nearest));
        }
    }

    /// <summary>One line with the root mean squared difference.</summary>
    public override string ToString()
    {
        using Tensor squared = (model - real).square().mean();
        return FormattableString.Invariant($"{Title}: {real.shape[0]} frames, root mean squared difference {Math.Sqrt(squared.item<float>()):G3} {scale.Unit}");
    }
}
