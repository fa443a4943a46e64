using ScottPlot;
using SkiaSharp;

namespace Svae.Workbench.Display;

/// <summary>How each kind of mark is drawn in the static picture.</summary>
internal static class StaticMarks
{
    public static void Add(Plot plot, Panel panel, Mark mark, FigurePlan plan)
    {
        double[] X(IEnumerable<double> values) => values.Select(v => StaticPanel.Place(panel.X, v)).ToArray();
        double[] Y(IEnumerable<double> values) => values.Select(v => StaticPanel.Place(panel.Y, v)).ToArray();
        Func<double, double, (float X, float Y)> At(IAxes axes) =>
            (x, y) => (axes.GetPixelX(StaticPanel.Place(panel.X, x)), axes.GetPixelY(StaticPanel.Place(panel.Y, y)));
        switch (mark)
        {
            case LineMark line: Layer(plot, (canvas, axes) => DrawLine(canvas, line, SKColor.Parse(plan.ColorOf(mark)), At(axes))); break;
            case PointsMark points:
                var dots = plot.Add.Markers(X(points.X), Y(points.Y), MarkerShape.FilledCircle, points.Size,
                    Color.FromHex(plan.ColorOf(mark)));
                dots.MarkerStyle.FillColor = dots.MarkerStyle.FillColor.WithAlpha(points.Opacity);
                dots.MarkerStyle.OutlineColor = Colors.White;
                dots.MarkerStyle.OutlineWidth = points.Size > 5 ? .7f : 0;
                break;
            case BarsMark bars: AddBars(plot, bars, plan.ColorOf(mark)); break;
            case StepsMark steps: AddSteps(plot, steps, X(steps.Edges), Y, Color.FromHex(plan.ColorOf(mark)), panel.Y.Log); break;
            case PathMark path: Layer(plot, (canvas, axes) => DrawPath(canvas, path, SKColor.Parse(plan.ColorOf(mark)), At(axes))); break;
            case ArrowsMark arrows: Layer(plot, (canvas, axes) => DrawArrows(canvas, axes, arrows, SKColor.Parse(plan.ColorOf(mark)))); break;
            case SpanMark span: Layer(plot, (canvas, axes) => DrawSpan(canvas, axes.DataRect, span, SKColor.Parse(plan.ColorOf(mark)),
                axes.GetPixelX(StaticPanel.Place(panel.X, span.From)), axes.GetPixelX(StaticPanel.Place(panel.X, span.To)))); break;
            case HeatMapMark map: Layer(plot, (canvas, axes) => DrawCells(canvas, axes, map)); break;
            case RibbonMark ribbon: Layer(plot, (canvas, axes) => DrawRibbon(canvas, axes, ribbon)); break;
            case LevelMark level:
                plot.Add.HorizontalLine(StaticPanel.Place(panel.Y, level.Y), 1.5f, Color.FromHex(plan.ColorOf(mark)), LinePattern.Dashed);
                Layer(plot, (canvas, axes) => DrawLevelLabel(canvas, axes.DataRect, level.Label, plan.LabelOf(level),
                    axes.GetPixelY(StaticPanel.Place(panel.Y, level.Y))));
                break;
            case InstantMark instant:
                plot.Add.VerticalLine(StaticPanel.Place(panel.X, instant.X), 1.5f, Color.FromHex(plan.ColorOf(mark)), LinePattern.Dotted);
                Layer(plot, (canvas, axes) => DrawInstant(canvas, axes, instant, plan, plan.Figure.Panels.ToList().IndexOf(panel),
                    axes.GetPixelX(StaticPanel.Place(panel.X, instant.X))));
                break;
            case NoteMark note:
                Layer(plot, (canvas, axes) => DrawText(canvas, note.Text, axes.GetPixelX(StaticPanel.Place(panel.X, note.X)),
                    axes.GetPixelY(StaticPanel.Place(panel.Y, note.Y)), SKTextAlign.Center));
                break;
        }
    }

    private static void DrawLine(SKCanvas canvas, LineMark line, SKColor color, Func<double, double, (float X, float Y)> place)
    {
        using var band = new SKPaint { IsAntialias = true, Color = color.WithAlpha(51) };
        foreach (var (from, to) in line.BandStretches())
        {
            var edge = Enumerable.Range(from, to - from).Select(i => place(line.X[i], line.Lower![i]))
                .Concat(Enumerable.Range(from, to - from).Reverse().Select(i => place(line.X[i], line.Upper![i])));
            using var area = new SKPath();
            area.AddPoly(edge.Select(p => new SKPoint(p.X, p.Y)).ToArray(), close: true);
            canvas.DrawPath(area, band);
        }
        DrawPath(canvas, new PathMark(null, line.X, line.Y) { Width = line.Width, Dashed = line.Dashed }, color, place);
    }

    private static void AddBars(Plot plot, BarsMark bars, string color)
    {
        var drawn = bars.Position.Select((position, i) => new Bar
        {
            Position = position, Value = bars.Height[i], Size = bars.Width, LineWidth = 0,
            FillColor = Color.FromHex(bars.Colors?[i] ?? color),
        });
        plot.Add.Bars(drawn.ToArray());
        if (bars.Error is { } error) Layer(plot, (canvas, axes) => DrawWhiskers(canvas, axes, bars, error));
    }

    private static void DrawWhiskers(SKCanvas canvas, IAxes axes, BarsMark bars, double[] error)
    {
        using var paint = new SKPaint { IsAntialias = true, Color = new SKColor(0x33, 0x33, 0x33), StrokeWidth = 1.4f };
        for (int i = 0; i < error.Length; i++)
        {
            float x = axes.GetPixelX(bars.Position[i]), top = axes.GetPixelY(bars.Height[i] + error[i]), bottom = axes.GetPixelY(bars.Height[i] - error[i]);
            canvas.DrawLine(x, top, x, bottom, paint);
            foreach (float y in new[] { top, bottom }) canvas.DrawLine(x - 4, y, x + 4, y, paint);
        }
    }

    private static void AddSteps(Plot plot, StepsMark steps, double[] edges, Func<IEnumerable<double>, double[]> place, Color color,
        bool log)
    {
        double[] heights = place(steps.Heights);
        var corners = new List<Coordinates> { new(edges[0], log ? heights.Min() : 0) };
        for (int i = 0; i < heights.Length; i++)
        {
            corners.Add(new(edges[i], heights[i]));
            corners.Add(new(edges[i + 1], heights[i]));
        }
        corners.Add(new(edges[^1], log ? heights.Min() : 0));
        if (steps.Filled)
        {
            var area = plot.Add.Polygon(corners.ToArray());
            area.FillColor = color.WithAlpha(.25);
            area.LineWidth = 0;
        }
        var outline = plot.Add.ScatterLine(corners.ToArray(), color);
        outline.LineWidth = 2;
    }

    private static void DrawCells(SKCanvas canvas, IAxes axes, HeatMapMark map)
    {
        int rows = map.Values.GetLength(0), columns = map.Values.GetLength(1);
        using var paint = new SKPaint();
        float X(double column) => axes.GetPixelX(map.Columns.At(column));
        float Y(double row) => axes.GetPixelY(map.Rows.At(row));
        float cell = Math.Abs(X(1) - X(0)), tall = Math.Abs(Y(1) - Y(0));
        using SKFont font = Lettering.Font(Math.Clamp(Math.Min(cell / 2.6f, tall / 1.6f), 6, 13));
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
            {
                if (!double.IsFinite(map.Values[i, j])) continue;
                var color = map.Ramp.Skia((map.Values[i, j] - map.Min) / (map.Max - map.Min));
                paint.Color = color;
                canvas.DrawRect(new SKRect(X(j - .5), Math.Min(Y(i - .5), Y(i + .5)), X(j + .5), Math.Max(Y(i - .5), Y(i + .5))), paint);
                if (map.Format is null || font.Size < 8) continue;
                bool dark = .299 * color.Red + .587 * color.Green + .114 * color.Blue < 140;
                using var text = new SKPaint { IsAntialias = true, Color = dark ? SKColors.White : new SKColor(0x22, 0x22, 0x22) };
                canvas.DrawText(FigurePlan.CellText(map, map.Values[i, j]), X(j), Y(i) + font.Size * .36f, SKTextAlign.Center, font, text);
            }
    }

    private static void DrawPath(SKCanvas canvas, PathMark path, SKColor color, Func<double, double, (float X, float Y)> place)
    {
        using var drawn = new SKPath();
        foreach (var piece in path.Pieces())
            drawn.AddPoly(piece.Select(p => { var (x, y) = place(p.X, p.Y); return new SKPoint(x, y); }).ToArray(), path.Filled);
        using var paint = new SKPaint { IsAntialias = true, Color = color.WithAlpha(38) };
        if (path.Filled) canvas.DrawPath(drawn, paint);
        paint.Color = color.WithAlpha((byte)(255 * path.Opacity));
        (paint.Style, paint.StrokeWidth, paint.StrokeJoin) = (SKPaintStyle.Stroke, path.Width, SKStrokeJoin.Round);
        using SKPathEffect? dashes = path.Dashed ? SKPathEffect.CreateDash([6, 4], 0) : null;
        paint.PathEffect = dashes;
        canvas.DrawPath(drawn, paint);
    }

    private static void DrawArrows(SKCanvas canvas, IAxes axes, ArrowsMark arrows, SKColor color)
    {
        using var paint = new SKPaint { IsAntialias = true, Color = color, Style = SKPaintStyle.Stroke, StrokeWidth = arrows.Width };
        for (int i = 0; i < arrows.X.Length; i++)
        {
            float x = axes.GetPixelX(arrows.X[i]), y = axes.GetPixelY(arrows.Y[i]);
            var strokes = ArrowShape.Strokes(axes.GetPixelX(arrows.X[i] + arrows.U[i]) - x, axes.GetPixelY(arrows.Y[i] + arrows.V[i]) - y)
                .Select(p => new SKPoint(x + (float)p.X, y + (float)p.Y)).ToArray();
            canvas.DrawLine(strokes[0], strokes[1], paint);
            canvas.DrawLine(strokes[3], strokes[4], paint);
            canvas.DrawLine(strokes[4], strokes[5], paint);
        }
    }

    private static void DrawSpan(SKCanvas canvas, PixelRect plot, SpanMark span, SKColor color, float from, float to)
    {
        using var paint = new SKPaint { Color = color.WithAlpha(51) };
        canvas.DrawRect(new SKRect(from, plot.Top, to, plot.Bottom), paint);
        DrawText(canvas, span.Label, (from + to) / 2, plot.Top + 14, SKTextAlign.Center);
    }

    private static void DrawRibbon(SKCanvas canvas, IAxes axes, RibbonMark ribbon)
    {
        using var paint = new SKPaint { IsAntialias = true };
        foreach (var (from, to, style) in ribbon.Runs())
        {
            paint.Color = SKColor.Parse(style.Color);
            canvas.DrawRect(new SKRect(axes.GetPixelX(from), axes.GetPixelY(ribbon.Row - .41), axes.GetPixelX(to),
                axes.GetPixelY(ribbon.Row + .41)), paint);
        }
    }

    /// <summary>A label beside the line's top, on whichever side has room.</summary>
    private static void DrawInstant(SKCanvas canvas, IAxes axes, InstantMark instant, FigurePlan plan, int index, float x)
    {
        bool left = plan.IsLate(index, instant.X);
        float y = axes.DataRect.Top + 14 + 15 * plan.LineOf(instant);
        DrawText(canvas, instant.Label, left ? x - 5 : x + 5, y, left ? SKTextAlign.Right : SKTextAlign.Left);
    }

    private static void DrawLevelLabel(SKCanvas canvas, PixelRect plot, string text, LevelLabel at, float line) =>
        DrawText(canvas, text, plot.Left + 6 + (float)at.Across * (plot.Width - 12), at.Above ? line - 5 : line + 14,
            at.Across switch { 0 => SKTextAlign.Left, 1 => SKTextAlign.Right, _ => SKTextAlign.Center });

    private static void DrawText(SKCanvas canvas, string text, float x, float y, SKTextAlign align)
    {
        using SKFont font = Lettering.Font(12.5f);
        using var halo = new SKPaint { IsAntialias = true, Color = SKColors.White.WithAlpha(220), Style = SKPaintStyle.Stroke,
            StrokeWidth = 3 };
        using var ink = new SKPaint { IsAntialias = true, Color = new SKColor(0x44, 0x44, 0x44) };
        canvas.DrawText(text, x, y, align, font, halo);
        canvas.DrawText(text, x, y, align, font, ink);
    }

    private static void Layer(Plot plot, Action<SKCanvas, IAxes> draw) => plot.PlottableList.Add(new SkiaLayer(draw));

    /// <summary>Something ScottPlot has no plottable for, drawn on its canvas in its coordinates.</summary>
    private sealed class SkiaLayer(Action<SKCanvas, IAxes> draw) : IPlottable
    {
        public bool IsVisible { get; set; } = true;
        public IAxes Axes { get; set; } = new Axes();
        public IEnumerable<LegendItem> LegendItems => [];
        public AxisLimits GetAxisLimits() => AxisLimits.NoLimits;
        public void Render(RenderPack rp) => draw(rp.Canvas, Axes);
    }
}
