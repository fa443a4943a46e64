using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace Svae.Workbench.Display;

/// <summary>One panel of the static picture: axes and ticks by ScottPlot, in a frame whose sides align with the other panels'.</summary>
internal static class StaticPanel
{
    private const float TickSize = 12.5f, LabelSize = 13.5f;

    /// <summary>Space around the plotting area, in CSS pixels.</summary>
    internal sealed record Frame(float Left, float Right, float Top, float Bottom, float Inner, bool SlantedNames)
    {
        public float Outer => Top + Inner + Bottom;
    }

    public static Frame[] Frames(FigurePlan plan)
    {
        var panels = plan.Figure.Panels;
        float left = panels.Max(p => SpaceForRowNames(p));
        float right = panels.Any(p => p.Marks.Any(m => m is HeatMapMark)) ? 88 : 18;
        return panels.Select((p, i) =>
        {
            bool labelled = plan.LabelsX(i), slanted = false;
            float bottom = labelled ? 46 : 12;
            if (labelled && p.X.Categories is { Count: > 0 } names)
            {
                float longest = LongestText(names);
                slanted = longest > (plan.Figure.Width - left - right) / names.Count - 6;
                bottom = (p.X.Label.Length > 0 ? 28 : 8) + (slanted ? MathF.Ceiling(20 + longest * .68f) : 20);
            }
            return new Frame(left, right, 10, bottom, p.Height, slanted);
        }).ToArray();
    }

    public static void Draw(SKCanvas canvas, FigurePlan plan, int index, Frame frame, float top, float width)
    {
        Panel panel = plan.Figure.Panels[index];
        using var plot = new Plot();
        plot.Font.Set(Lettering.Family);
        plot.FigureBackground.Color = Colors.White;
        plot.DataBackground.Color = Colors.White;
        plot.Grid.MajorLineColor = Color.FromHex("#E9E9E9");
        plot.Axes.Color(Color.FromHex("#333333"));
        plot.Axes.Top.FrameLineStyle.Width = plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.HideLegend();
        if (panel.Marks.Any(m => m is HeatMapMark or RibbonMark)) plot.HideGrid();

        foreach (Mark mark in panel.Marks) StaticMarks.Add(plot, panel, mark, plan);
        Label(plot, panel, plan, index, frame);
        var (x, y) = (plan.Ranges[index].X, plan.Ranges[index].Y);
        plot.Axes.SetLimits(Place(panel.X, x.Min), Place(panel.X, x.Max), Place(panel.Y, y.Min), Place(panel.Y, y.Max));
        if (panel.X.Reversed) plot.Axes.InvertX();
        if (panel.Y.Reversed) plot.Axes.InvertY();
        if (panel.EqualAspect) plot.Axes.SquareUnits();

        plot.Layout.Fixed(new PixelPadding(frame.Left, frame.Right, frame.Bottom, frame.Top));
        canvas.Save();
        canvas.ClipRect(new SKRect(0, top, width, top + frame.Outer)); // rendering clears what it may draw on
        plot.Render(canvas, new PixelRect(0, width, top + frame.Outer, top));
        canvas.Restore();
        if (frame.SlantedNames) SlantedNames(canvas, panel, plan.Ranges[index].X, frame, top, width);
        if (panel.Marks.OfType<HeatMapMark>().FirstOrDefault() is { } map)
            ColorScale.Draw(canvas, map, width - frame.Right + 14, top + frame.Top, frame.Inner);
    }

    /// <summary>Names too long to stand side by side, and the axis label below them.</summary>
    private static void SlantedNames(SKCanvas canvas, Panel panel, (double Min, double Max) range, Frame frame, float top, float width)
    {
        using SKFont font = Lettering.Font(TickSize), label = Lettering.Font(LabelSize);
        using var ink = new SKPaint { IsAntialias = true, Color = new SKColor(0x33, 0x33, 0x33) };
        float across = width - frame.Left - frame.Right, below = top + frame.Top + frame.Inner;
        for (int i = 0; i < panel.X.Categories!.Count; i++)
        {
            double at = (i - range.Min) / (range.Max - range.Min);
            if (at is < 0 or > 1) continue;
            canvas.Save();
            canvas.Translate(frame.Left + (float)(panel.X.Reversed ? 1 - at : at) * across + 4, below + 14);
            canvas.RotateDegrees(-42);
            canvas.DrawText(panel.X.Categories[i], 0, 0, SKTextAlign.Right, font, ink);
            canvas.Restore();
        }
        canvas.DrawText(panel.X.Label, frame.Left + across / 2, below + frame.Bottom - 10, SKTextAlign.Center, label, ink);
    }

    /// <summary>Where a value lies on a linear or logarithmic axis.</summary>
    public static double Place(Axis axis, double value) => axis.Log ? Math.Log10(value) : value;

    private static void Label(Plot plot, Panel panel, FigurePlan plan, int index, Frame frame)
    {
        bool labelled = plan.LabelsX(index);
        plot.Axes.Bottom.Label.Text = labelled && !frame.SlantedNames ? panel.X.Label : "";
        plot.Axes.Left.Label.Text = panel.Y.Label;
        foreach (IAxis axis in new IAxis[] { plot.Axes.Bottom, plot.Axes.Left })
        {
            axis.Label.FontSize = LabelSize;
            axis.Label.Bold = false;
            axis.TickLabelStyle.FontSize = TickSize;
        }
        SetTicks(plot.Axes.Bottom, panel.X, plan.Ranges[index].X);
        SetTicks(plot.Axes.Left, panel.Y, plan.Ranges[index].Y);
        plot.Axes.Bottom.TickLabelStyle.IsVisible = labelled && !frame.SlantedNames;
    }

    private static void SetTicks(IAxis axis, Axis spec, (double Min, double Max) range)
    {
        if (spec.Categories is { } names)
        {
            axis.TickGenerator = new NumericManual(Enumerable.Range(0, names.Count).Select(i => (double)i).ToArray(), names.ToArray());
            axis.MajorTickStyle.Length = 0;
        }
        else if (spec.Log)
        {
            double[] ticks = AxisTicks.Log(range.Min, range.Max).ToArray();
            axis.TickGenerator = new NumericManual(ticks.Select(Math.Log10).ToArray(), ticks.Select(AxisTicks.Text).ToArray());
        }
        else axis.TickGenerator = new NumericAutomatic { LabelFormatter = AxisTicks.Text };
    }

    private static float SpaceForRowNames(Panel panel) =>
        (panel.Y.Categories is { Count: > 0 } names ? LongestText(names) + 20 : 52) + (panel.Y.Label.Length > 0 ? 22 : 0);

    private static float LongestText(IReadOnlyList<string> names)
    {
        using SKFont font = Lettering.Font(TickSize);
        return names.Max(name => font.MeasureText(name));
    }
}
