using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace Svae.Workbench.Display;

/// <summary>One panel of the static picture: axes and ticks by ScottPlot, in a frame whose sides align with the other panels'.</summary>
internal static class StaticPanel
{
    private const float TickSize = 12.5f, LabelSize = 13.5f;

    /// <summary>Where a panel begins, how wide its plotting area is, and the space around that, in CSS pixels.</summary>
    internal sealed record Frame(float X, float Across, float Left, float Right, float Top, float Bottom, float Inner, bool SlantedNames)
    {
        public float Outer => Top + Inner + Bottom;

        public float Width => Left + Across + Right;
    }

    /// <summary>Panels of a column share left and right, panels of a row top and bottom; all plotting areas are equally wide.</summary>
    public static Frame[] Frames(FigurePlan plan)
    {
        var panels = plan.Figure.Panels;
        int columns = plan.Columns;
        IEnumerable<int> Column(int c) => Enumerable.Range(0, panels.Count).Where(j => j % columns == c);
        IEnumerable<int> Row(int i) => Enumerable.Range(0, panels.Count).Where(j => j / columns == i / columns);
        float[] left = [.. Enumerable.Range(0, columns).Select(c => MathF.Ceiling(Column(c).Select(j => plan.LabelsY(j) ? SpaceForRowNames(panels[j]) : 18).DefaultIfEmpty().Max()))];
        float[] right = [.. Enumerable.Range(0, columns).Select(c => Column(c).Any(j => panels[j].Marks.Any(m => m is HeatMapMark { ShowsScale: true })) ? 88f : columns > 1 ? 10 : 18)];
        float across = MathF.Floor((plan.Figure.Width - left.Sum() - right.Sum()) / columns);
        float Begin(int c) => left.Take(c).Sum() + right.Take(c).Sum() + c * across;
        bool Slanted(int i) => plan.LabelsX(i) && panels[i].X.Categories is { Count: > 0 } names && LongestText(names) > across / names.Count - 6;
        float Bottom(int i) => !plan.LabelsX(i) ? 12
            : panels[i].X.Categories is { Count: > 0 } names
                ? (panels[i].X.Label.Length > 0 ? 28 : 8) + (Slanted(i) ? MathF.Ceiling(20 + LongestText(names) * .68f) : 20)
            : 46;
        return panels.Select((p, i) => new Frame(Begin(i % columns), across, left[i % columns], right[i % columns],
            Row(i).Any(j => panels[j].Title is not null) ? 32 : 10, Row(i).Max(Bottom), p.Height, Slanted(i))).ToArray();
    }

    /// <summary>Draws a panel into its frame, whose upper edge lies at <paramref name="top"/>.</summary>
    public static void Draw(SKCanvas canvas, FigurePlan plan, int index, Frame frame, float top)
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
        canvas.Translate(frame.X, top);
        canvas.ClipRect(new SKRect(0, 0, frame.Width, frame.Outer)); // rendering clears what it may draw on
        plot.Render(canvas, new PixelRect(0, frame.Width, frame.Outer, 0));
        if (frame.SlantedNames) SlantedNames(canvas, panel, plan.Ranges[index].X, frame);
        if (panel.Marks.OfType<HeatMapMark>().FirstOrDefault(m => m.ShowsScale) is { } map)
            ColorScale.Draw(canvas, map, frame.Left + frame.Across + 14, frame.Top, frame.Inner);
        if (panel.Title is { } title) Heading(canvas, title, frame);
        canvas.Restore();
    }

    private static void Heading(SKCanvas canvas, string title, Frame frame)
    {
        using SKFont font = Lettering.Font(LabelSize, bold: true);
        using var ink = new SKPaint { IsAntialias = true, Color = new SKColor(0x33, 0x33, 0x33) };
        canvas.DrawText(title, frame.Left + frame.Across / 2, frame.Top - 8, SKTextAlign.Center, font, ink);
    }

    /// <summary>Names too long to stand side by side, and the axis label below them.</summary>
    private static void SlantedNames(SKCanvas canvas, Panel panel, (double Min, double Max) range, Frame frame)
    {
        using SKFont font = Lettering.Font(TickSize), label = Lettering.Font(LabelSize);
        using var ink = new SKPaint { IsAntialias = true, Color = new SKColor(0x33, 0x33, 0x33) };
        float below = frame.Top + frame.Inner;
        for (int i = 0; i < panel.X.Categories!.Count; i++)
        {
            double at = (i - range.Min) / (range.Max - range.Min);
            if (at is < 0 or > 1) continue;
            canvas.Save();
            canvas.Translate(frame.Left + (float)(panel.X.Reversed ? 1 - at : at) * frame.Across + 4, below + 14);
            canvas.RotateDegrees(-42);
            canvas.DrawText(panel.X.Categories[i], 0, 0, SKTextAlign.Right, font, ink);
            canvas.Restore();
        }
        canvas.DrawText(panel.X.Label, frame.Left + frame.Across / 2, below + frame.Bottom - 10, SKTextAlign.Center, label, ink);
    }

    /// <summary>Where a value lies on a linear or logarithmic axis.</summary>
    public static double Place(Axis axis, double value) => axis.Log ? Math.Log10(value) : value;

    private static void Label(Plot plot, Panel panel, FigurePlan plan, int index, Frame frame)
    {
        bool labelled = plan.LabelsX(index);
        plot.Axes.Bottom.Label.Text = labelled && !frame.SlantedNames ? panel.X.Label : "";
        plot.Axes.Left.Label.Text = plan.LabelsY(index) ? panel.Y.Label : "";
        foreach (IAxis axis in new IAxis[] { plot.Axes.Bottom, plot.Axes.Left })
        {
            axis.Label.FontSize = LabelSize;
            axis.Label.Bold = false;
            axis.TickLabelStyle.FontSize = TickSize;
        }
        SetTicks(plot.Axes.Bottom, panel.X, plan.Ranges[index].X);
        SetTicks(plot.Axes.Left, panel.Y, plan.Ranges[index].Y);
        plot.Axes.Bottom.TickLabelStyle.IsVisible = labelled && !frame.SlantedNames;
        plot.Axes.Left.TickLabelStyle.IsVisible = plan.LabelsY(index);
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
