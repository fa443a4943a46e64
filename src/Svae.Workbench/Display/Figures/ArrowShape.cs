namespace Svae.Workbench.Display;

/// <summary>An arrow as strokes, in pixels from its tail.</summary>
internal static class ArrowShape
{
    private const double Head = 5, Angle = .5;

    /// <summary>Tail, tip, and the two strokes of the head; each stroke ends with NaN. A short arrow has a smaller head.</summary>
    /// <param name="u">Horizontal length, pixels.</param>
    /// <param name="v">Vertical length, pixels, in the direction of the axis.</param>
    public static IEnumerable<(double X, double Y)> Strokes(double u, double v)
    {
        double length = Math.Sqrt(u * u + v * v), head = Math.Min(Head, .5 * length), direction = Math.Atan2(v, u);
        (double, double) Barb(double turn) => (u - head * Math.Cos(direction + turn), v - head * Math.Sin(direction + turn));
        return [(0, 0), (u, v), (double.NaN, double.NaN), Barb(Angle), (u, v), Barb(-Angle), (double.NaN, double.NaN)];
    }
}
