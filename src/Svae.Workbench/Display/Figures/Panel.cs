namespace Svae.Workbench.Display;

/// <summary>One pair of axes of a <see cref="Figure"/> and what is drawn in it. Every method adds a mark and returns the panel.</summary>
/// <param name="x">Horizontal axis.</param>
/// <param name="y">Vertical axis.</param>
public sealed class Panel(Axis x, Axis y)
{
    /// <summary>Longer lines are thinned to about this many points, keeping each stretch's extremes.</summary>
    internal const int LongestLine = 700;

    private readonly List<Mark> marks = [];
    private readonly List<string> rows = [];

    /// <summary>Horizontal axis.</summary>
    public Axis X { get; } = x;

    /// <summary>Vertical axis.</summary>
    public Axis Y { get; private set; } = y;

    /// <summary>Height of the plotting area, in CSS pixels.</summary>
    public int Height { get; init; } = 220;

    /// <summary>A heading over the plotting area, for one of several panels.</summary>
    public string? Title { get; init; }

    /// <summary>One unit is as long in x as in y.</summary>
    public bool EqualAspect { get; init; }

    internal IReadOnlyList<Mark> Marks => marks;

    /// <summary>A line through (x, y), in a band from <paramref name="lower"/> to <paramref name="upper"/> if these are given.</summary>
    /// <param name="x">Abscissae.</param>
    /// <param name="y">Ordinates, as many; NaN breaks the line.</param>
    /// <param name="name">Legend entry.</param>
    /// <param name="color"><c>#RRGGBB</c>; by default the next of the palette.</param>
    /// <param name="lower">Lower edge of the band, as many.</param>
    /// <param name="upper">Upper edge of the band, as many.</param>
    /// <param name="dashed">Dashed.</param>
    /// <param name="width">Width in CSS pixels.</param>
    public Panel Line(IReadOnlyList<double> x, IReadOnlyList<double> y, string? name = null, string? color = null,
        IReadOnlyList<double>? lower = null, IReadOnlyList<double>? upper = null, bool dashed = false, float width = 2)
    {
        SameLength(x.Count, y, lower, upper);
        int[]? keep = Thinning.Indices(y, LongestLine);
        double[] Take(IReadOnlyList<double> values) => keep is null ? values.ToArray() : Array.ConvertAll(keep, i => values[i]);
        return Add(new LineMark(name, Take(x), Take(y))
        {
            Color = color, Dashed = dashed, Width = width,
            Lower = lower is null ? null : Take(lower), Upper = upper is null ? null : Take(upper),
        });
    }

    /// <summary>Dots at (x, y).</summary>
    /// <param name="x">Abscissae.</param>
    /// <param name="y">Ordinates, as many.</param>
    /// <param name="name">Legend entry.</param>
    /// <param name="color"><c>#RRGGBB</c>; by default the next of the palette.</param>
    /// <param name="size">Diameter in CSS pixels.</param>
    /// <param name="texts">What the live chart says on hovering, one a dot.</param>
    /// <param name="opacity">1 hides what lies below.</param>
    public Panel Points(IReadOnlyList<double> x, IReadOnlyList<double> y, string? name = null, string? color = null, float size = 7,
        IReadOnlyList<string>? texts = null, double opacity = 1)
    {
        SameLength(x.Count, y);
        return Add(new PointsMark(name, x.ToArray(), y.ToArray())
            { Color = color, Size = size, Texts = texts?.ToArray(), Opacity = opacity });
    }

    /// <summary>A way through the plane, in which x need not grow: a trajectory, an ellipse, contours.</summary>
    /// <param name="x">Abscissae.</param>
    /// <param name="y">Ordinates, as many; NaN ends one polyline and begins the next.</param>
    /// <param name="name">Legend entry.</param>
    /// <param name="color"><c>#RRGGBB</c>; by default the next of the palette.</param>
    /// <param name="width">Width in CSS pixels.</param>
    /// <param name="opacity">1 hides what lies below.</param>
    /// <param name="dashed">Dashed.</param>
    /// <param name="filled">Each polyline is closed and lightly coloured inside.</param>
    public Panel Path(IReadOnlyList<double> x, IReadOnlyList<double> y, string? name = null, string? color = null, float width = 2,
        double opacity = 1, bool dashed = false, bool filled = false)
    {
        SameLength(x.Count, y);
        return Add(new PathMark(name, x.ToArray(), y.ToArray())
            { Color = color, Width = width, Opacity = opacity, Dashed = dashed, Filled = filled });
    }

    /// <summary>Arrows from (x, y) to (x + u, y + v): a vector field.</summary>
    /// <param name="x">Abscissae of the tails.</param>
    /// <param name="y">Ordinates of the tails.</param>
    /// <param name="u">Horizontal lengths.</param>
    /// <param name="v">Vertical lengths.</param>
    /// <param name="name">Legend entry.</param>
    /// <param name="color"><c>#RRGGBB</c>; by default the next of the palette.</param>
    /// <param name="width">Width of the shafts in CSS pixels.</param>
    public Panel Arrows(IReadOnlyList<double> x, IReadOnlyList<double> y, IReadOnlyList<double> u, IReadOnlyList<double> v,
        string? name = null, string? color = null, float width = 1.4f)
    {
        SameLength(x.Count, y, u, v);
        return Add(new ArrowsMark(name, x.ToArray(), y.ToArray(), u.ToArray(), v.ToArray()) { Color = color, Width = width });
    }

    /// <summary>A shaded stretch of the x axis: missing frames, what was conditioned on.</summary>
    /// <param name="from">Where it begins.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="label">What it is; at its top.</param>
    /// <param name="color"><c>#RRGGBB</c>; grey by default.</param>
    public Panel Span(double from, double to, string label = "", string? color = null) =>
        Add(new SpanMark(label, from, to) { Color = color ?? Palette.Neutral });

    /// <summary>Vertical bars from 0.</summary>
    /// <param name="position">Centres.</param>
    /// <param name="height">Heights, as many.</param>
    /// <param name="name">Legend entry.</param>
    /// <param name="color"><c>#RRGGBB</c>; by default the next of the palette.</param>
    /// <param name="width">Width in data units.</param>
    /// <param name="colors">One colour a bar, instead.</param>
    /// <param name="error">Half the length of each bar's whisker.</param>
    public Panel Bars(IReadOnlyList<double> position, IReadOnlyList<double> height, string? name = null, string? color = null,
        double width = .8, IReadOnlyList<string>? colors = null, IReadOnlyList<double>? error = null)
    {
        SameLength(position.Count, height, error);
        return Add(new BarsMark(name, position.ToArray(), height.ToArray())
            { Color = color, Width = width, Colors = colors?.ToArray(), Error = error?.ToArray() });
    }

    /// <summary>The outline of a histogram.</summary>
    /// <param name="edges">Edges of the bins, one more than heights.</param>
    /// <param name="heights">Height over each bin.</param>
    /// <param name="name">Legend entry.</param>
    /// <param name="color"><c>#RRGGBB</c>; by default the next of the palette.</param>
    /// <param name="filled">Filled down to 0, lightly.</param>
    public Panel Steps(IReadOnlyList<double> edges, IReadOnlyList<double> heights, string? name = null, string? color = null,
        bool filled = false)
    {
        if (edges.Count != heights.Count + 1)
            throw new ArgumentException($"edges: expected {heights.Count + 1} (one more than heights), got {edges.Count}");
        return Add(new StepsMark(name, edges.ToArray(), heights.ToArray()) { Color = color, Filled = filled });
    }

    /// <summary>
    /// A matrix as colours, first row on top; give the axes <see cref="Axis.Categories"/> to name rows and columns. With
    /// <paramref name="rows"/> it is a picture on a continuous plane instead, and y grows upwards.
    /// </summary>
    /// <param name="values">[rows, columns]; NaN is left empty.</param>
    /// <param name="unit">What the colours mean, with unit; the label of the colour scale.</param>
    /// <param name="ramp">Colours; by default white to blue.</param>
    /// <param name="min">Value of the first colour; by default the least value.</param>
    /// <param name="max">Value of the last colour; by default the largest value.</param>
    /// <param name="format">Format of the number written into each cell, for instance "0.00"; none by default.</param>
    /// <param name="columns">Where columns lie on the x axis; by default at 0, 1, 2, ….</param>
    /// <param name="rows">Where rows lie on the y axis; by default at 0, 1, 2, … downwards.</param>
    /// <param name="scale">The colour scale stands beside the panel.</param>
    public Panel HeatMap(double[,] values, string unit, ColorRamp? ramp = null, double? min = null, double? max = null,
        string? format = null, CellCenters? columns = null, CellCenters? rows = null, bool scale = true)
    {
        var finite = values.Cast<double>().Where(double.IsFinite).DefaultIfEmpty(0);
        double low = min ?? finite.Min(), high = max ?? finite.Max();
        if (rows is null) Y = Y with { Reversed = true };
        return Add(new HeatMapMark(values, unit, ramp ?? ColorRamp.Probability, low, high > low ? high : low + 1)
        {
            Format = format, Columns = columns ?? CellCenters.WholeNumbers, Rows = rows ?? CellCenters.WholeNumbers, ShowsScale = scale,
        });
    }

    /// <summary>A row of coloured stretches, one per run of equal states; rows stack downwards in the order in which they are added.</summary>
    /// <param name="row">Name of the row.</param>
    /// <param name="states">State of each frame; one without a style (−1) is left empty.</param>
    /// <param name="styles">Name and colour of each state.</param>
    /// <param name="start">Where the first frame begins, in units of the x axis.</param>
    /// <param name="step">Length of a frame, in units of the x axis.</param>
    public Panel Ribbon(string row, IReadOnlyList<int> states, IReadOnlyList<StateStyle> styles, double start = 0, double step = 1)
    {
        rows.Add(row);
        Y = Y with { Reversed = true, Categories = rows.ToArray() };
        return Add(new RibbonMark(rows.Count - 1, row, states.ToArray(), styles, start, step));
    }

    /// <summary>A dashed horizontal reference line with its label beside it: an oracle, a ceiling, chance.</summary>
    /// <param name="y">Where.</param>
    /// <param name="label">What it is.</param>
    /// <param name="color"><c>#RRGGBB</c>; grey by default.</param>
    public Panel Level(double y, string label, string? color = null) => Add(new LevelMark(label, y) { Color = color ?? Palette.Neutral });

    /// <summary>A dotted vertical reference line with its label at the top: the end of a phase, a median.</summary>
    /// <param name="x">Where.</param>
    /// <param name="label">What it is.</param>
    /// <param name="color"><c>#RRGGBB</c>; grey by default.</param>
    public Panel Instant(double x, string label, string? color = null) =>
        Add(new InstantMark(label, x) { Color = color ?? Palette.Neutral });

    /// <summary>A text centred at a place.</summary>
    /// <param name="x">Where, horizontally.</param>
    /// <param name="y">Where, vertically.</param>
    /// <param name="text">The text.</param>
    public Panel Note(double x, double y, string text) => Add(new NoteMark(text, x, y));

    private Panel Add(Mark mark)
    {
        marks.Add(mark);
        return this;
    }

    private static void SameLength(int count, params IReadOnlyList<double>?[] others)
    {
        foreach (var other in others)
            if (other is not null && other.Count != count)
                throw new ArgumentException($"x has {count} values, y, a band's edge or an error has {other.Count}");
    }
}
