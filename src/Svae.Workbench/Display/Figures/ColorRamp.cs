using SkiaSharp;

namespace Svae.Workbench.Display;

/// <summary>A continuous colour scale, evenly lighter (or, for <see cref="Diverging"/>, evenly away from the middle) so that it also reads in grey.</summary>
public sealed class ColorRamp
{
    private readonly (byte R, byte G, byte B)[] stops;

    private ColorRamp(string name, params int[] stops) =>
        (Name, this.stops) = (name, stops.Select(c => ((byte)(c >> 16), (byte)(c >> 8), (byte)c)).ToArray());

    /// <summary>Name, for a legend or a log.</summary>
    public string Name { get; }

    /// <summary>White to dark blue, for probabilities and counts: nothing is paper-white.</summary>
    public static ColorRamp Probability { get; } = new("probability", 0xFFFFFF, 0xD9E8F5, 0xA9CCE8, 0x6AA7D6, 0x2F7FBF, 0x0B5797, 0x08306B);

    /// <summary>Black through red and orange to pale yellow, for depth above the floor: the floor is black.</summary>
    public static ColorRamp Heat { get; } =
        new("heat", 0x08070F, 0x2A0B54, 0x65156E, 0x9F2A63, 0xD44842, 0xF57D15, 0xFAC228, 0xFCFFA4);

    /// <summary>Blue through white to vermillion, for values of both signs.</summary>
    public static ColorRamp Diverging { get; } = new("diverging", 0x08427A, 0x3F86BF, 0xA6CCE6, 0xF7F7F7, 0xF2B48F, 0xD5703A, 0x8F3300);

    /// <summary>The colour at a place of the scale.</summary>
    /// <param name="fraction">0 to 1; clamped, NaN is 0.</param>
    public (byte R, byte G, byte B) At(double fraction)
    {
        double at = (double.IsNaN(fraction) ? 0 : Math.Clamp(fraction, 0, 1)) * (stops.Length - 1);
        int i = Math.Min((int)at, stops.Length - 2);
        double w = at - i;
        byte Mix(byte a, byte b) => (byte)Math.Round(a + w * (b - a));
        return (Mix(stops[i].R, stops[i + 1].R), Mix(stops[i].G, stops[i + 1].G), Mix(stops[i].B, stops[i + 1].B));
    }

    internal SKColor Skia(double fraction)
    {
        var (r, g, b) = At(fraction);
        return new SKColor(r, g, b);
    }

    internal IReadOnlyList<string> HexStops => stops.Select(c => $"#{c.R:X2}{c.G:X2}{c.B:X2}").ToArray();
}
