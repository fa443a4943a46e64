using System.Globalization;
using Plotly.NET;
using static Svae.Workbench.Display.LiveFigure;

namespace Svae.Workbench.Display;

/// <summary>How each kind of mark is said in Plotly's vocabulary. Numbers carry six digits: enough to see, small enough to store.</summary>
internal static class LiveMarks
{
    public static IEnumerable<Trace> Traces(FigurePlan plan, int panel, Mark mark)
    {
        IEnumerable<Trace> traces = mark switch
        {
            LineMark line => Line(line, plan.ColorOf(mark)),
            PointsMark points => [Scatter(points.X, points.Y, "markers").With(
                ("marker", Object(("color", plan.ColorOf(mark)), ("size", points.Size), ("opacity", points.Opacity),
                    ("line", Object(("color", "white"), ("width", points.Size > 5 ? .7 : 0))))),
                ("text", points.Texts ?? []), ("hovertemplate", points.Texts is null ? "%{x}, %{y}" : "%{text}"))],
            BarsMark bars => [Bars(bars, plan.ColorOf(mark))],
            StepsMark steps => [Steps(steps, plan.ColorOf(mark), plan.Figure.Panels[panel].Y.Log)],
            PathMark path => [Path(path, plan.ColorOf(mark))],
            ArrowsMark arrows => [Arrows(arrows, plan, panel)],
            HeatMapMark map => [HeatMap(plan, panel, map)],
            RibbonMark ribbon => [Ribbon(ribbon)],
            _ => [],
        };
        bool first = true;
        foreach (Trace trace in traces)
        {
            trace.With(("xaxis", "x" + Suffix(panel)), ("yaxis", "y" + Suffix(panel)));
            bool listed = first && mark.Name is not null && ReferenceEquals(plan.FirstNamed(mark.Name), mark);
            if (mark is not (HeatMapMark or RibbonMark)) trace.With(("showlegend", listed && mark is not BarsMark { Colors: not null }),
                ("name", mark.Name ?? ""));
            if (mark.Name is not null) trace.With(("legendgroup", mark.Name));
            first = false;
            yield return trace;
        }
    }

    /// <summary>Entries for the states of ribbons, which Plotly's heat maps do not have.</summary>
    public static IEnumerable<Trace> LegendPatches(FigurePlan plan)
    {
        var named = plan.Figure.Panels.SelectMany(p => p.Marks).Select(m => m.Name).ToHashSet();
        return plan.Legend.Where(entry => !named.Contains(entry.Name)).Select(entry => (Trace)new Trace2D("scatter").With(
            ("x", new object?[] { null }), ("y", new object?[] { null }), ("mode", "markers"), ("name", entry.Name), ("showlegend", true),
            ("marker", Object(("symbol", "square"), ("size", 12), ("color", entry.Color))), ("hoverinfo", "skip")));
    }

    /// <summary>Reference lines, their labels, notes, and last the subtitle, so many pixels above the plots.</summary>
    public static void Annotate(FigurePlan plan, Layout layout, int subtitleShift)
    {
        var shapes = new List<object>();
        var texts = new List<object>();
        for (int i = 0; i < plan.Figure.Panels.Count; i++)
        {
            string x = "x" + Suffix(i), y = "y" + Suffix(i);
            Axis xAxis = plan.Figure.Panels[i].X, yAxis = plan.Figure.Panels[i].Y;
            if (plan.Figure.Panels[i].Title is { } heading)
                texts.Add(Text($"<b>{heading}</b>", x + " domain", y + " domain", .5, 1, "center", "bottom"));
            foreach (Mark mark in plan.Figure.Panels[i].Marks)
                switch (mark)
                {
                    case SpanMark span:
                        shapes.Add(Object(("type", "rect"), ("xref", x), ("yref", y + " domain"), ("x0", Round(span.From)),
                            ("x1", Round(span.To)), ("y0", 0), ("y1", 1), ("fillcolor", Faint(plan.ColorOf(mark), .2)),
                            ("line", Object(("width", 0))), ("layer", "below")));
                        texts.Add(Text(span.Label, x, y + " domain", Place(xAxis, (span.From + span.To) / 2), 1, "center", "top"));
                        break;
                    case LevelMark level:
                        shapes.Add(Segment(x + " domain", y, 0, 1, Round(level.Y), Round(level.Y), plan.ColorOf(mark), "dash"));
                        LevelLabel at = plan.LabelOf(level);
                        texts.Add(Text(level.Label, x + " domain", y, at.Across, Place(yAxis, level.Y),
                            at.Across switch { 0 => "left", 1 => "right", _ => "center" }, at.Above ? "bottom" : "top"));
                        break;
                    case InstantMark instant:
                        shapes.Add(Segment(x, y + " domain", Round(instant.X), Round(instant.X), 0, 1, plan.ColorOf(mark), "dot"));
                        string side = plan.IsLate(i, instant.X) ? "right" : "left";
                        texts.Add(Text(instant.Label, x, y + " domain", Place(xAxis, instant.X), 1, side, "top")
                            .With(("yshift", -15 * plan.LineOf(instant))));
                        break;
                    case NoteMark note:
                        texts.Add(Text(note.Text, x, y, Place(xAxis, note.X), Place(yAxis, note.Y), "center", "middle"));
                        break;
                }
        }
        if (plan.Grid.Subtitle.Count > 0)
            texts.Add(Text(string.Join("<br>", plan.Grid.Subtitle), "paper", "paper", 0, 1, "left", "top")
                .With(("name", "subtitle"), ("yshift", subtitleShift), ("xshift", -50), ("align", "left")));
        layout.With(("shapes", shapes.ToArray()), ("annotations", texts.ToArray()));
    }

    /// <summary>Six significant digits.</summary>
    public static double Round(double value) => value == 0 || !double.IsFinite(value) ? value
        : double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static double Place(Axis axis, double value) => Round(axis.Log ? Math.Log10(value) : value);

    private static object?[] Numbers(IEnumerable<double> values) => values.Select(v => double.IsFinite(v) ? (object?)Round(v) : null)
        .ToArray();

    private static Trace Scatter(double[] x, double[] y, string mode) =>
        new Trace2D("scatter").With(("x", Numbers(x)), ("y", Numbers(y)), ("mode", mode));

    private static IEnumerable<Trace> Line(LineMark line, string color)
    {
        yield return Scatter(line.X, line.Y, "lines").With(("line", Object(("color", color), ("width", line.Width),
            ("dash", line.Dashed ? "dash" : "solid"))));
        foreach (var (from, to) in line.BandStretches())
        {
            Trace Edge(double[] y, string fill) => Scatter(line.X[from..to], y[from..to], "lines").With(
                ("line", Object(("width", 0), ("color", color))), ("fill", fill), ("fillcolor", Faint(color, .2)), ("hoverinfo", "skip"));
            yield return Edge(line.Lower!, "none");
            yield return Edge(line.Upper!, "tonexty");
        }
    }

    private static Trace Path(PathMark path, string color)
    {
        object?[] x = Numbers(path.X), y = Numbers(path.Y);
        return new Trace2D("scatter").With(("x", x), ("y", y), ("mode", "lines"), ("opacity", path.Opacity),
            ("line", Object(("color", color), ("width", path.Width), ("dash", path.Dashed ? "dash" : "solid"))),
            ("fill", path.Filled ? "toself" : "none"), ("fillcolor", Faint(color, .15)), ("hoverinfo", path.Filled ? "name" : "x+y"));
    }

    /// <summary>Shafts with two strokes for each head, 5 pixels long.</summary>
    private static Trace Arrows(ArrowsMark arrows, FigurePlan plan, int panel)
    {
        var (rx, ry) = (plan.Ranges[panel].X, plan.Ranges[panel].Y);
        double[] across = plan.Grid.DomainX(panel);
        double perX = (rx.Max - rx.Min) / ((across[1] - across[0]) * plan.Grid.Across);
        double perY = (ry.Max - ry.Min) / plan.Figure.Panels[panel].Height;
        if (plan.Figure.Panels[panel].EqualAspect) perX = perY = Math.Max(perX, perY);
        var x = new List<double>();
        var y = new List<double>();
        for (int i = 0; i < arrows.X.Length; i++)
            foreach (var (px, py) in ArrowShape.Strokes(arrows.U[i] / perX, arrows.V[i] / perY))
            {
                x.Add(arrows.X[i] + px * perX);
                y.Add(arrows.Y[i] + py * perY);
            }
        return Scatter([.. x], [.. y], "lines").With(("hoverinfo", "skip"),
            ("line", Object(("color", plan.ColorOf(arrows)), ("width", arrows.Width))));
    }

    private static Trace Bars(BarsMark bars, string color)
    {
        var trace = new Trace2D("bar").With(("x", Numbers(bars.Position)), ("y", Numbers(bars.Height)), ("width", bars.Width),
            ("marker", Object(("color", bars.Colors is { } colors ? colors : color))), ("hovertemplate", "%{x}: %{y:.3g}"));
        return bars.Error is null ? trace : trace.With(("error_y", Object(("type", "data"), ("array", Numbers(bars.Error)), ("color", Palette.Neutral), ("thickness", 1.4), ("width", 4))));
    }

    private static Trace Steps(StepsMark steps, string color, bool log)
    {
        double floor = log ? steps.Heights.Where(h => h > 0).DefaultIfEmpty(1).Min() : 0;
        var x = steps.Edges.SelectMany(e => new[] { e, e }).ToArray();
        var y = steps.Heights.SelectMany(h => new[] { h, h }).Prepend(floor).Append(floor).ToArray();
        return Scatter(x, y, "lines").With(("line", Object(("color", color), ("width", 2))), ("fill", steps.Filled ? "tozeroy" : "none"),
            ("fillcolor", Faint(color, .25)));
    }

    private static Trace HeatMap(FigurePlan plan, int panel, HeatMapMark map)
    {
        int rows = map.Values.GetLength(0), columns = map.Values.GetLength(1);
        var z = Enumerable.Range(0, rows).Select(i => Numbers(Enumerable.Range(0, columns).Select(j => map.Values[i, j]))).ToArray();
        var stops = map.Ramp.HexStops;
        var scale = stops.Select((c, i) => new object[] { Round(i / (stops.Count - 1.0)), c }).ToArray();
        string Hover(Axis axis, string letter) => axis.Categories is null ? $"{axis.Label} %{{{letter}}}" : $"%{{{letter}}}";
        Panel p = plan.Figure.Panels[panel];
        string[][] Cells() => Enumerable.Range(0, rows).Select(i => Enumerable.Range(0, columns)
            .Select(j => FigurePlan.CellText(map, map.Values[i, j])).ToArray()).ToArray();
        var trace = new Trace2D("heatmap").With(("x0", Round(map.Columns.First)), ("dx", Round(map.Columns.Step)),
            ("y0", Round(map.Rows.First)), ("dy", Round(map.Rows.Step)), ("z", z), ("zmin", Round(map.Min)), ("zmax", Round(map.Max)), ("colorscale", scale),
            ("hoverongaps", false),
            ("showscale", map.ShowsScale), ("colorbar", Bar(plan, panel, map)),
            ("hovertemplate", $"{Hover(p.Y, "y")} → {Hover(p.X, "x")}: %{{z:.3g}}<extra></extra>"));
        return map.Format is null ? trace : trace.With(("text", Cells()), ("texttemplate", "%{text}"));
    }

    /// <summary>The colour scale, beside its own panel.</summary>
    private static DynamicObj.DynamicObj Bar(FigurePlan plan, int panel, HeatMapMark map)
    {
        double[] x = plan.Grid.DomainX(panel), y = plan.Grid.DomainY(panel);
        return Object(("title", Object(("text", map.Unit), ("side", "right"), ("font", Object(("size", 13))))), ("thickness", 12),
            ("outlinewidth", 0), ("x", x[1]), ("xanchor", "left"), ("y", (y[0] + y[1]) / 2), ("yanchor", "middle"),
            ("len", y[1] - y[0]), ("xpad", 8), ("ypad", 0));
    }

    private static Trace Ribbon(RibbonMark ribbon)
    {
        var edges = new List<double> { ribbon.Start };
        var z = new List<object?>();
        var names = new List<string>();
        void Until(double to, StateStyle? style)
        {
            if (to <= edges[^1] + ribbon.Step * 1e-6) return;
            edges.Add(to);
            z.Add(style is null ? null : IndexOf(ribbon.Styles, style));
            names.Add(style?.Name ?? "");
        }
        foreach (var (from, to, style) in ribbon.Runs()) { Until(from, null); Until(to, style); }
        Until(ribbon.Start + ribbon.Step * ribbon.States.Length, null);
        int k = Math.Max(ribbon.Styles.Count, 1);
        var scale = ribbon.Styles.SelectMany((s, i) => new[] { new object[] { Round(i / (double)k), s.Color },
            [Round((i + 1) / (double)k), s.Color] }).ToArray();
        return new Trace2D("heatmap").With(("x", Numbers(edges)), ("y", new[] { ribbon.Row - .41, ribbon.Row + .41 }),
            ("z", new[] { z.ToArray() }),
            ("text", new[] { names.ToArray() }), ("zmin", -.5), ("zmax", k - .5), ("colorscale", scale), ("showscale", false),
                ("hoverongaps", false),
            ("hovertemplate", ribbon.RowName + ": %{text}<br>%{x:.2f}<extra></extra>"));
    }

    private static int IndexOf(IReadOnlyList<StateStyle> styles, StateStyle style)
    {
        for (int i = 0; i < styles.Count; i++) if (ReferenceEquals(styles[i], style)) return i;
        return -1;
    }

    private static string Faint(string color, double alpha) =>
        $"rgba({Convert.ToInt32(color[1..3], 16)},{Convert.ToInt32(color[3..5], 16)},{Convert.ToInt32(color[5..7], 16)},{alpha.ToString(CultureInfo.InvariantCulture)})";

    private static object Segment(string xref, string yref, double x0, double x1, double y0, double y1, string color, string dash) =>
        Object(("type", "line"), ("xref", xref), ("yref", yref), ("x0", x0), ("x1", x1), ("y0", y0), ("y1", y1),
            ("line", Object(("color", color), ("width", 1.5), ("dash", dash))));

    private static DynamicObj.DynamicObj Text(string text, string xref, string yref, double x, double y, string xanchor, string yanchor) =>
        Object(("text", text), ("xref", xref), ("yref", yref), ("x", x), ("y", y), ("xanchor", xanchor), ("yanchor", yanchor),
            ("showarrow", false), ("font", Object(("size", 12.5))));
}
