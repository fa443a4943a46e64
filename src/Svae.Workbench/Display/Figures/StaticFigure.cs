using SkiaSharp;

namespace Svae.Workbench.Display;

/// <summary>The static picture of a figure: title, legend and panels on a white card, at twice the width it is shown at.</summary>
internal static class StaticFigure
{
    private const float Margin = 12, LegendRow = 20;
    private static readonly SKColor ink = new(0x22, 0x22, 0x22), faint = new(0x55, 0x55, 0x55);

    public static SKBitmap Draw(FigurePlan plan, int scale = 2)
    {
        float width = plan.Figure.Width;
        using SKFont title = Lettering.Font(16, bold: true), text = Lettering.Font(13);
        string[] titleLines = Wrap(plan.Figure.Title, title, width - 2 * Margin);
        string[] subtitleLines = plan.Figure.Subtitle is { } s ? Wrap(s, text, width - 2 * Margin) : [];
        var legend = PlaceLegend(plan, text, width);
        float header = Margin + 21 * titleLines.Length + 18 * subtitleLines.Length
            + (legend.Length > 0 ? 6 + LegendRow * (legend.Max(e => e.Row) + 1) : 0);

        var frames = StaticPanel.Frames(plan);
        int columns = plan.Columns;
        float[] rows = frames.Chunk(columns).Select(row => row.Max(f => f.Outer)).ToArray();
        float height = header + rows.Sum() + Margin / 2;
        var bitmap = Picture.Blank((int)width * scale, (int)Math.Ceiling(height) * scale, SKColors.White);
        using var canvas = new SKCanvas(bitmap);
        canvas.Scale(scale);

        float y = Margin;
        using var paint = new SKPaint { IsAntialias = true, Color = ink };
        foreach (string line in titleLines) canvas.DrawText(line, Margin, (y += 21) - 6, title, paint);
        paint.Color = faint;
        foreach (string line in subtitleLines) canvas.DrawText(line, Margin, (y += 18) - 5, text, paint);
        foreach (var entry in legend) DrawEntry(canvas, entry, y + 6 + LegendRow * entry.Row, text);

        float top = header;
        for (int i = 0; i < frames.Length; i++)
        {
            StaticPanel.Draw(canvas, plan, i, frames[i], top);
            if (i % columns == columns - 1) top += rows[i / columns];
        }
        return bitmap;
    }

    private static LegendEntry[] PlaceLegend(FigurePlan plan, SKFont font, float width)
    {
        var placed = new List<LegendEntry>();
        float x = Margin;
        int row = 0;
        foreach (var (name, color, filled) in plan.Legend)
        {
            float needs = 24 + font.MeasureText(name) + 16;
            if (x + needs > width && x > Margin) (x, row) = (Margin, row + 1);
            placed.Add(new LegendEntry(name, color, filled, x, row));
            x += needs;
        }
        return placed.ToArray();
    }

    private static void DrawEntry(SKCanvas canvas, LegendEntry entry, float top, SKFont font)
    {
        using var paint = new SKPaint { IsAntialias = true, Color = SKColor.Parse(entry.Color) };
        if (entry.Filled) canvas.DrawRoundRect(entry.X, top + 3, 16, 12, 2, 2, paint);
        else canvas.DrawRoundRect(entry.X, top + 7, 18, 3, 1.5f, 1.5f, paint);
        paint.Color = ink;
        canvas.DrawText(entry.Name, entry.X + 24, top + 14, font, paint);
    }

    internal static string[] Wrap(string text, SKFont font, float width)
    {
        var lines = new List<string>();
        string line = "";
        foreach (string word in text.Split(' '))
        {
            string longer = line.Length == 0 ? word : line + " " + word;
            if (line.Length > 0 && font.MeasureText(longer) > width) { lines.Add(line); line = word; }
            else line = longer;
        }
        lines.Add(line);
        return lines.ToArray();
    }

    private sealed record LegendEntry(string Name, string Color, bool Filled, float X, int Row);
}
