namespace Svae.Workbench.Data;

/// <summary>The simplest numbers of each frame, under the names an extraction gives them.</summary>
internal static class BodyScalars
{
    /// <summary>A pixel belongs to the body above this height, mm.</summary>
    public const int BodyHeight = 10;

    /// <summary><c>area_px</c>: pixels above 10 mm; <c>height_ave_mm</c>: their mean height. Each <c>[T]</c>.</summary>
    public static IReadOnlyDictionary<string, float[]> Of(byte[] frames, int side)
    {
        int pixels = side * side, length = frames.Length / pixels;
        float[] area = new float[length], height = new float[length];
        for (int t = 0; t < length; t++)
        {
            int count = 0, sum = 0;
            foreach (byte h in frames.AsSpan(t * pixels, pixels))
                if (h > BodyHeight) (count, sum) = (count + 1, sum + h);
            (area[t], height[t]) = (count, count == 0 ? 0 : (float)sum / count);
        }
        return new Dictionary<string, float[]> { ["area_px"] = area, ["height_ave_mm"] = height };
    }
}
