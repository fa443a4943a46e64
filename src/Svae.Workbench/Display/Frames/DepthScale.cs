using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>How height above the floor becomes a colour; one scale for all frames that are compared.</summary>
/// <param name="Max">Height of the last colour; 0 is the first.</param>
/// <param name="Unit">Unit of the heights.</param>
public sealed record DepthScale(double Max, string Unit = "mm")
{
    /// <summary>The colours.</summary>
    public ColorRamp Ramp { get; init; } = ColorRamp.Heat;

    /// <summary>What the values are.</summary>
    public string Quantity { get; init; } = "height";

    /// <summary>"height (mm)", or the quantity alone when it has no unit.</summary>
    public string Label => Unit.Length > 0 ? $"{Quantity} ({Unit})" : Quantity;

    /// <summary>A scale for intensities from 0 to 1, as toy videos have.</summary>
    public static DepthScale Intensity { get; } = new(1, "") { Quantity = "intensity" };

    /// <summary>A scale up to the height that one pixel in two thousand exceeds, rounded up to a multiple of 5.</summary>
    /// <param name="frames">Heights, [..., H, W]; of many, a few hundred are looked at.</param>
    /// <param name="unit">Unit of the heights.</param>
    public static DepthScale For(Tensor frames, string unit = "mm")
    {
        using var scope = NewDisposeScope();
        Tensor all = frames.detach().reshape(-1, frames.shape[^2] * frames.shape[^1]);
        long step = Math.Max(all.shape[0] / 200, 1);
        float[] heights = all[TensorIndex.Slice(0, null, step)].to(ScalarType.Float32).cpu().flatten().data<float>().ToArray();
        Array.Sort(heights);
        double high = heights[(int)((heights.Length - 1) * .9995)];
        return new DepthScale(high <= 1.5 ? Math.Max(high, 1e-3) : 5 * Math.Ceiling(high / 5), unit);
    }

    /// <summary>Frame <paramref name="index"/> of a stack as numbers, row by row.</summary>
    internal static float[] Pixels(Tensor frames, long index)
    {
        using var scope = NewDisposeScope();
        return frames[index].detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }

    /// <summary>Draws one frame at a place of a bitmap, pixel by pixel.</summary>
    internal void Draw(SKBitmap into, float[] heights, int width, int x, int y)
    {
        for (int i = 0; i < heights.Length; i++) into.SetPixel(x + i % width, y + i / width, Ramp.Skia(heights[i] / Max));
    }
}
