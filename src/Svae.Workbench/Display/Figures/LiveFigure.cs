using DynamicObj;
using Microsoft.FSharp.Collections;
using Plotly.NET;

namespace Svae.Workbench.Display;

/// <summary>The live chart of a figure, in Plotly's vocabulary.</summary>
internal static class LiveFigure
{
    private const int HeaderRow = 20;

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
        var panels = plan.Figure.Panels;
        int gap = plan.Figure.SharedX ? 22 : 64, bottom = 52, legendRows = LegendRows(plan);
        int top = 36 + (plan.Figure.Subtitle is null ? 0 : 24) + HeaderRow * legendRows;
        double inner = panels.Sum(p => p.Height) + gap * (panels.Count - 1);
        var layout = new Layout();
        layout.With(
            ("title", Object(("text", $"<b>{plan.Figure.Title}</b>"), ("x", .01), ("xanchor", "left"), ("y", 1), ("yanchor", "top"),
                ("pad", Object(("t", 8))), ("font", Object(("size", 16))))),
            ("font", Object(("size", 13), ("family", "Arial, Liberation Sans, DejaVu Sans, sans-serif"))),
            ("height", (int)(inner + top + bottom)), ("margin", Object(("l", 60), ("r", 20), ("t", top), ("b", bottom))),
            ("barmode", "overlay"), ("hovermode", "closest"), ("modebar", Object(("bgcolor", "rgba(0,0,0,0)"))),
                ("showlegend", plan.Legend.Count > 0),
            ("legend", Object(("orientation", "h"), ("x", 0), ("xanchor", "left"), ("y", 1 + 6 / inner), ("yanchor", "bottom"),
                ("traceorder", "normal"))));

        double at = inner;
        for (int i = 0; i < panels.Count; i++)
        {
            double low = Math.Max((at - panels[i].Height) / inner, 0), high = Math.Min(at / inner, 1);
            var x = AxisObject(panels[i].X, plan.Ranges[i].X).With(("anchor", "y" + Suffix(i)), ("showticklabels", plan.LabelsX(i)));
            if (!plan.LabelsX(i)) x.SetProperty("title", Object(("text", "")));
            if (i > 0 && plan.Figure.SharedX) x.SetProperty("matches", "x");
            var y = AxisObject(panels[i].Y, plan.Ranges[i].Y).With(("anchor", "x" + Suffix(i)),
                ("domain", new[] { Math.Round(low, 4), Math.Round(high, 4) }));
            if (panels[i].EqualAspect) y.With(("scaleanchor", "x" + Suffix(i)));
            layout.With(("xaxis" + Suffix(i), x), ("yaxis" + Suffix(i), y));
            at -= panels[i].Height + gap;
        }
        LiveMarks.Annotate(plan, layout, top - 32);
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

    private static int LegendRows(FigurePlan plan)
    {
        double width = 0;
        foreach (var (name, _, _) in plan.Legend) width += 46 + 7.2 * name.Length;
        return (int)Math.Ceiling(width / (plan.Figure.Width - 90) * 1.15);
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
