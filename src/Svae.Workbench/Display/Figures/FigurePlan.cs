using System.Globalization;

namespace Svae.Workbench.Display;

/// <summary>What both renderers of a <see cref="Figure"/> must agree in: colours, axis ranges, legend entries, heights, the summary.</summary>
internal sealed class FigurePlan
{
    private readonly Dictionary<string, string> colorOfName = [];
    private readonly Dictionary<Mark, string> colorOfMark = new(ReferenceEqualityComparer.Instance);

    public FigurePlan(Figure figure)
    {
        Figure = figure;
        AssignColors();
        Legend = LegendEntries().ToArray();
        Ranges = figure.Panels.Select(AxisRanges.Of).ToArray();
        if (figure.SharedX && Ranges.Length > 1)
        {
            var all = Ranges.Select(r => r.X).ToArray();
            (double, double) x = (all.Min(r => r.Min), all.Max(r => r.Max));
            for (int i = 0; i < Ranges.Length; i++) Ranges[i] = Ranges[i] with { X = x };
        }
    }

    public Figure Figure { get; }

    /// <summary>Name, colour, and whether it is a filled patch (or else a line).</summary>
    public IReadOnlyList<(string Name, string Color, bool Filled)> Legend { get; }

    public AxisRanges[] Ranges { get; }

    public string ColorOf(Mark mark) => colorOfMark[mark];

    /// <summary>The x axis of this panel carries numbers and a label.</summary>
    public bool LabelsX(int panel) => !Figure.SharedX || panel == Figure.Panels.Count - 1;

    public string Summary()
    {
        var parts = Figure.Panels.Select(panel =>
        {
            string series = string.Join(", ", panel.Marks.Select(Describe).OfType<string>());
            string y = panel.Y.Categories is null ? panel.Y.Label + " " : "";
            return $"{y}against {panel.X.Label}" + (series.Length > 0 ? $" ({series})" : "");
        });
        return $"{Figure.Title}: {string.Join("; ", parts)}";
    }

    private static string? Describe(Mark mark) => mark switch
    {
        LineMark { Y.Length: > 0 } line when line.Name is not null =>
            $"{line.Name}: last {line.Y[^1].ToString("G4", CultureInfo.InvariantCulture)}",
        LevelMark level => $"{level.Label} {level.Y.ToString("G4", CultureInfo.InvariantCulture)}",
        RibbonMark ribbon => $"{ribbon.RowName}: {ribbon.States.Length} frames",
        HeatMapMark map => $"{map.Values.GetLength(0)} × {map.Values.GetLength(1)}, {map.Unit}",
        _ => mark.Name,
    };

    private void AssignColors()
    {
        int next = 0;
        foreach (Mark mark in Figure.Panels.SelectMany(p => p.Marks))
        {
            if (mark is HeatMapMark or RibbonMark or NoteMark) continue;
            string color = mark.Color ?? (mark.Name is not null && colorOfName.TryGetValue(mark.Name, out string? known) ? known : Palette.Of(next++));
            if (mark.Name is not null) colorOfName[mark.Name] = color;
            colorOfMark[mark] = color;
        }
    }

    private IEnumerable<(string, string, bool)> LegendEntries()
    {
        var seen = new HashSet<string>();
        foreach (Mark mark in Figure.Panels.SelectMany(p => p.Marks))
            if (mark.Name is not null && mark is not BarsMark { Colors: not null } && seen.Add(mark.Name))
                yield return (mark.Name, colorOfMark[mark], mark is BarsMark or StepsMark { Filled: true });
        var ribbons = Figure.Panels.SelectMany(p => p.Marks).OfType<RibbonMark>().ToArray();
        foreach (StateStyle style in ribbons.SelectMany(r => r.Styles).Distinct())
            if (ribbons.Any(r => r.Runs().Any(run => run.Style == style)) && seen.Add(style.Name))
                yield return (style.Name, style.Color, true);
    }
}
