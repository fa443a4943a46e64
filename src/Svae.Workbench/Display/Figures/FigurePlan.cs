using System.Globalization;

namespace Svae.Workbench.Display;

/// <summary>What both renderers of a <see cref="Figure"/> must agree in: colours, axis ranges, legend entries, heights, the summary.</summary>
internal sealed class FigurePlan
{
    private readonly Dictionary<string, string> colorOfName = [];
    private readonly Dictionary<Mark, string> colorOfMark = new(ReferenceEqualityComparer.Instance);

    private readonly Dictionary<InstantMark, int> lineOfInstant = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<LevelMark, LevelLabel> labelOfLevel = new(ReferenceEqualityComparer.Instance);

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
        if (figure.SharedY && Ranges.Length > 1)
        {
            var all = Ranges.Select(r => r.Y).ToArray();
            (double, double) y = (all.Min(r => r.Min), all.Max(r => r.Max));
            for (int i = 0; i < Ranges.Length; i++) Ranges[i] = Ranges[i] with { Y = y };
        }
        for (int i = 0; i < Ranges.Length; i++) StackInstants(i);
        Grid = new LiveGrid(this);
        for (int i = 0; i < Ranges.Length; i++)
            foreach (var (level, label) in LevelLabels.Of(this, i)) labelOfLevel[level] = label;
    }

    public Figure Figure { get; }

    /// <summary>Name, colour, and whether it is a filled patch (or else a line).</summary>
    public IReadOnlyList<(string Name, string Color, bool Filled)> Legend { get; }

    public AxisRanges[] Ranges { get; }

    /// <summary>Where the panels of the live chart lie.</summary>
    public LiveGrid Grid { get; }

    public string ColorOf(Mark mark) => colorOfMark[mark];

    /// <summary>The mark that stands in the legend for all of this name.</summary>
    public Mark FirstNamed(string name) => Figure.Panels.SelectMany(p => p.Marks).First(m => m.Name == name);

    /// <summary>In which line, counted from the top, an instant's label stands, so that labels of near instants do not overlap.</summary>
    public int LineOf(InstantMark mark) => lineOfInstant[mark];

    /// <summary>Where the label of a reference line stands, so that it covers no data.</summary>
    public LevelLabel LabelOf(LevelMark mark) => labelOfLevel[mark];

    /// <summary>The instant lies so far right that its label stands to its left.</summary>
    public bool IsLate(int panel, double x)
    {
        double At(double value) => Figure.Panels[panel].X.Log ? Math.Log10(value) : value;
        return At(x) > At(Ranges[panel].X.Min) + .75 * (At(Ranges[panel].X.Max) - At(Ranges[panel].X.Min));
    }

    /// <summary>Panels side by side, no more than there are.</summary>
    public int Columns => Math.Clamp(Figure.Columns, 1, Math.Max(Figure.Panels.Count, 1));

    /// <summary>The x axis of this panel carries numbers and a label: no panel stands below it.</summary>
    public bool LabelsX(int panel) => !Figure.SharedX || panel + Columns >= Figure.Panels.Count;

    /// <summary>The y axis of this panel carries numbers and a label.</summary>
    public bool LabelsY(int panel) => !Figure.SharedY || panel % Columns == 0;

    public string Summary()
    {
        var parts = Figure.Panels.Select(panel =>
        {
            string series = string.Join(", ", panel.Marks.Select(Describe).OfType<string>());
            string y = panel.Y.Categories is null ? panel.Y.Label + " " : "";
            return $"{(panel.Title is { } heading ? heading + ": " : "")}{y}against {panel.X.Label}" + (series.Length > 0 ? $" ({series})" : "");
        });
        return $"{Figure.Title}: {string.Join("; ", parts)}";
    }

    /// <summary>The number in a cell of a heat map; nothing where it would read as zero.</summary>
    public static string CellText(HeatMapMark map, double value)
    {
        string text = double.IsFinite(value) ? value.ToString(map.Format, CultureInfo.InvariantCulture) : "";
        return text.Trim('0', '.', '-', '%').Length == 0 ? "" : text.Replace('-', '−');
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

    private void StackInstants(int panel)
    {
        double At(double value) => Figure.Panels[panel].X.Log ? Math.Log10(value) : value;
        double pixel = (At(Ranges[panel].X.Max) - At(Ranges[panel].X.Min)) / (Figure.Width / (double)Columns - 90);
        var taken = new List<double>(); // right end of the last label in each line
        foreach (InstantMark mark in Figure.Panels[panel].Marks.OfType<InstantMark>().OrderBy(m => m.X))
        {
            double length = (8 + 7 * mark.Label.Length) * pixel, from = IsLate(panel, mark.X) ? At(mark.X) - length : At(mark.X);
            int line = mark.Label.Length == 0 ? 0 : taken.FindIndex(end => end <= from);
            if (line < 0) { line = taken.Count; taken.Add(0); }
            if (mark.Label.Length > 0)
            {
                if (taken.Count == 0) taken.Add(0);
                taken[line] = from + length;
            }
            lineOfInstant[mark] = line;
        }
    }

    private void AssignColors()
    {
        int next = 0;
        foreach (Mark mark in Figure.Panels.SelectMany(p => p.Marks))
        {
            if (mark is HeatMapMark or RibbonMark or NoteMark) continue;
            string color = mark.Color ?? (mark.Name is not null && colorOfName.TryGetValue(mark.Name, out string? known) ? known
                : Palette.Of(next++));
            if (mark.Name is not null) colorOfName[mark.Name] = color;
            colorOfMark[mark] = color;
        }
    }

    private IEnumerable<(string, string, bool)> LegendEntries()
    {
        var seen = new HashSet<string>();
        foreach (Mark mark in Figure.Panels.SelectMany(p => p.Marks))
            if (mark.Name is not null && mark is not BarsMark { Colors: not null } && seen.Add(mark.Name))
                yield return (mark.Name, colorOfMark[mark], mark is BarsMark or PointsMark or StepsMark { Filled: true } or PathMark { Filled: true });
        var ribbons = Figure.Panels.SelectMany(p => p.Marks).OfType<RibbonMark>().ToArray();
        foreach (StateStyle style in ribbons.SelectMany(r => r.Styles).Distinct())
            if (ribbons.Any(r => r.Runs().Any(run => run.Style == style)) && seen.Add(style.Name))
                yield return (style.Name, style.Color, true);
    }
}
