using System.Globalization;
using System.Net;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>A tensor at a glance: shape, type, device, range, what is not finite, and a small picture of its last two dimensions.</summary>
[TypeFormatterSource(typeof(MimeBundleFormatters))]
public sealed class TensorView : IMimeBundle
{
    private const int MostRows = 48, MostColumns = 160, MostValues = 64;
    private readonly string summary, values;
    private readonly byte[]? picture;
    private readonly int width;

    /// <param name="tensor">Looked at once, here; not kept.</param>
    public TensorView(Tensor tensor)
    {
        if (tensor.IsInvalid)
        {
            (summary, values) = ("a tensor that has been disposed", "");
            return;
        }
        using var scope = NewDisposeScope();
        string what = $"Tensor [{string.Join(", ", tensor.shape)}] {tensor.dtype} on {tensor.device}";
        if (tensor.numel() == 0 || tensor.is_complex() || tensor.dtype is ScalarType.QInt8 or ScalarType.QUInt8)
        {
            (summary, values) = (what, "");
            return;
        }
        Tensor all = tensor.detach().to(ScalarType.Float64).cpu();
        summary = what + Statistics(all);
        values = all.numel() <= MostValues && all.dim() <= 2 ? Rows(all) : "";
        if (all.numel() > 1) (picture, width) = Draw(Slice(all));
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        string image = picture is null ? "" : $"""<img alt="values as colours" width="{width}" style="image-rendering:pixelated;border:1px solid #999;border-radius:3px" src="{Picture.PngUri(picture)}">""";
        string numbers = values.Length > 0 ? $"<pre style=\"margin:3px 0\">{WebUtility.HtmlEncode(values)}</pre>" : "";
        return new Dictionary<string, string>
        {
            ["text/html"] = $"""<div style="font:13px sans-serif"><div>{WebUtility.HtmlEncode(summary)}</div>{numbers}{image}</div>""",
            ["text/plain"] = ToString(),
        };
    }

    /// <summary>The summary, and the values where there are few.</summary>
    public override string ToString() => values.Length > 0 ? $"{summary}\n{values}" : summary;

    /// <summary>The values in aligned columns, a line for each row.</summary>
    private static string Rows(Tensor all)
    {
        string[] texts = [.. all.flatten().contiguous().data<double>().Select(Number)];
        int widest = texts.Max(t => t.Length), columns = Math.Max(all.dim() == 0 ? 1 : (int)all.shape[^1], 1);
        return string.Join("\n", texts.Chunk(columns).Select(row => string.Join("  ", row.Select(t => t.PadLeft(widest)))));
    }

    private static string Statistics(Tensor all)
    {
        Tensor finite = all[all.isfinite()];
        long bad = all.numel() - finite.numel();
        if (finite.numel() == 0) return ", no finite value";
        string spread = finite.numel() > 1 ? $", mean {Number(finite.mean().item<double>())} ± {Number(finite.std().item<double>())}" : "";
        return $", {Number(finite.min().item<double>())} to {Number(finite.max().item<double>())}{spread}" + (bad > 0 ? $", {bad} not finite" : "");
    }

    /// <summary>The last two dimensions at index 0 of all others, every so many-th row and column.</summary>
    private static Tensor Slice(Tensor all)
    {
        Tensor matrix = all.dim() == 0 ? all.reshape(1, 1) : all.dim() == 1 ? all.unsqueeze(0)
            : all.reshape(-1, all.shape[^2], all.shape[^1])[0];
        long Step(long size, int most) => (size + most - 1) / most;
        return matrix[TensorIndex.Slice(0, null, Step(matrix.shape[0], MostRows)),
            TensorIndex.Slice(0, null, Step(matrix.shape[1], MostColumns))].contiguous();
    }

    private static (byte[] Png, int Width) Draw(Tensor matrix)
    {
        int rows = (int)matrix.shape[0], columns = (int)matrix.shape[1];
        double[] cells = matrix.data<double>().ToArray();
        double low = cells.Where(double.IsFinite).DefaultIfEmpty(0).Min(), high = cells.Where(double.IsFinite).DefaultIfEmpty(1).Max();
        bool signed = low < 0 && high > 0;
        if (signed) (low, high) = (-Math.Max(-low, high), Math.Max(-low, high));
        ColorRamp ramp = signed ? ColorRamp.Diverging : ColorRamp.Probability;
        using var bitmap = Picture.Blank(columns, rows, SKColors.White);
        for (int i = 0; i < cells.Length; i++)
            bitmap.SetPixel(i % columns, i / columns, double.IsFinite(cells[i])
                ? ramp.Skia(high > low ? (cells[i] - low) / (high - low) : .5) : new SKColor(0xFF, 0, 0xFF));
        return (Picture.Png(bitmap), Math.Clamp(320 / columns, 2, 18) * columns);
    }

    private static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture).Replace('-', '−');
}
