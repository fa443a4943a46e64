using SkiaSharp;

namespace Svae.Workbench.Display;

/// <summary>The labelled scale beside a static heat map or a film strip.</summary>
internal static class ColorScale
{
    public static void Draw(SKCanvas canvas, HeatMapMark map, float x, float y, float height) =>
        Draw(canvas, map.Ramp, map.Min, map.Max, map.Unit, x, y, height);

    public static void Draw(SKCanvas canvas, ColorRamp ramp, double min, double max, string unit, float x, float y, float height)
    {
        const float width = 12;
        const int steps = 40; // few enough to survive a palette
        using var paint = new SKPaint();
        for (int i = 0; i < steps; i++)
        {
            paint.Color = ramp.Skia((i + .5) / steps);
            canvas.DrawRect(new SKRect(x, y + height * (steps - 1 - i) / steps, x + width, y + height * (steps - i) / steps), paint);
        }
        using var ink = new SKPaint { Color = new SKColor(0x33, 0x33, 0x33), IsAntialias = true, Style = SKPaintStyle.Stroke,
            StrokeWidth = .7f };
        canvas.DrawRect(x, y, width, height, ink);
        ink.Style = SKPaintStyle.Fill;
        using SKFont font = Lettering.Font(12);
        foreach (double tick in AxisTicks.Linear(min, max, height > 120 ? 6 : height > 44 ? 4 : 2))
            canvas.DrawText(AxisTicks.Text(tick), x + width + 4, y + height * (float)(1 - (tick - min) / (max - min)) + 4, font, ink);
        if (height <= 60) { canvas.DrawText(unit, x + width + 24, y + height / 2 + 4, font, ink); return; }
        canvas.Save();
        canvas.Translate(x + width + 46, y + height / 2);
        canvas.RotateDegrees(90);
        canvas.DrawText(unit, 0, 0, SKTextAlign.Center, font, ink);
        canvas.Restore();
    }
}
