using DynamicObj;
using Microsoft.FSharp.Collections;
using Plotly.NET;

namespace Svae.Workbench.Display;

/// <summary>The live chart of a figure, in Plotly's vocabulary.</summary>
internal static class LiveFigure
{
    public static GenericChart Build(FigurePlan plan)
    {
        var traces = plan.Figure.Panels.SelectMany((panel, i) => panel.Marks.SelectMany(mark => LiveMarks.Traces(plan, i, mark)))
            .Concat(LiveMarks.LegendPatches(plan));
        return GenericChart.NewMultiChart(ListModule.OfSeq(traces), Layout(plan), new Config(), new DisplayOptions());
    }

    /// <summary>{"data": […], "layout": {…}}, safe inside a script element.</summary>
    public static string Json(FigurePlan plan) =>
        GenericChart.toFigureJson(Build(plan)).Replace(",\"frames\":[]", "").Replace("<", "\\u003c").Replace("\u2028", "")
            .Replace("\u2029", "");

    /// <summary>"" for the first panel, "2" for the second, … as Plotly numbers axes.</summary>
    public static string Suffix(int panel) => panel == 0 ? "" : (panel + 1).ToString();

    private static Layout Layout(FigurePlan plan)
    {
        const int bottom = 52;
        var panels = plan.Figure.Panels;
        LiveGrid grid = plan.Grid;
        var layout = new Layout();
        layout.With(
            ("title", Object(("text", $"<b>{plan.Figure.Title}</b>"), ("x", .01), ("xanchor", "left"), ("y", 1), ("yanchor", "top"),
                ("pad", Object(("t", 8))), ("font", Object(("size", 16))))),
            ("font", Object(("size", 13), ("family", "Arial, Liberation Sans, DejaVu Sans, sans-serif"))),
            ("height", (int)(grid.Inner + grid.Top + bottom)),
            ("margin", Object(("l", LiveGrid.Left), ("r", grid.Right), ("t", grid.Top), ("b", bottom))),
            ("barmode", "overlay"), ("hovermode", "closest"), ("modebar", Object(("bgcolor", "rgba(0,0,0,0)"))),
                ("showlegend", plan.Legend.Count > 0), ("meta", Object(("legendHeight", grid.LegendHeight))),
            ("legend", Object(("orientation", "h"), ("x", 0), ("xanchor", "left"), ("y", 1 + grid.LegendLift / grid.Inner),
                ("yanchor", "bottom"), ("traceorder", "normal"), ("itemsizing", "constant"))));

        for (int i = 0; i < panels.Count; i++)
        {
            var x = AxisObject(panels[i].X, plan.Ranges[i].X).With(("anchor", "y" + Suffix(i)), ("domain", grid.DomainX(i)),
                ("showticklabels", plan.LabelsX(i)));
            if (!plan.LabelsX(i)) x.SetProperty("title", Object(("text", "")));
            if (i > 0 && plan.Figure.SharedX) x.SetProperty("matches", "x");
            var y = AxisObject(panels[i].Y, plan.Ranges[i].Y).With(("anchor", "x" + Suffix(i)), ("domain", grid.DomainY(i)),
                ("showticklabels", plan.LabelsY(i)));
            if (!plan.LabelsY(i)) y.SetProperty("title", Object(("text", "")));
            if (i > 0 && plan.Figure.SharedY) y.SetProperty("matches", "y");
            if (panels[i].EqualAspect && !(i > 0 && plan.Figure.SharedX && plan.Figure.SharedY)) y.With(("scaleanchor", "x" + Suffix(i)));
            layout.With(("xaxis" + Suffix(i), x), ("yaxis" + Suffix(i), y));
        }
        LiveMarks.Annotate(plan, layout, grid.Top - 28);
        return layout;
    }

    private static DynamicObj.DynamicObj AxisObject(Axis axis, (double Min, double Max) range)
    {
        double Place(double value) => LiveMarks.Round(axis.Log ? Math.Log10(value) : value);
        double[] ends = [Place(range.Min), Place(range.Max)];
        var result = Object(("title", Object(("text", axis.Label), ("standoff", 6), ("font", Object(("size", 13.5))))),
            ("automargin", true), ("zeroline", false),
            ("range", axis.Reversed ? ends.Reverse().ToArray() : ends), ("ticks", axis.Categories is null ? "outside" : ""),
                ("showline", true));
        if (axis.Log)
        {
            double[] ticks = AxisTicks.Log(range.Min, range.Max).ToArray();
            result.With(("type", "log"), ("tickmode", "array"), ("tickvals", ticks), ("ticktext", ticks.Select(AxisTicks.Text).ToArray()));
        }
        if (axis.Categories is { } names)
            result.With(("tickmode", "array"), ("tickvals", Enumerable.Range(0, names.Count).ToArray()), ("ticktext", names.ToArray()),
                ("showgrid", false));
        return result;
    }

    public static DynamicObj.DynamicObj Object(params (string Name, object Value)[] properties) => new DynamicObj.DynamicObj()
        .With(properties);

    public static T With<T>(this T target, params (string Name, object Value)[] properties)
        where T : DynamicObj.DynamicObj
    {
        foreach (var (name, value) in properties) target.SetProperty(name, value);
        return target;
    }
}
