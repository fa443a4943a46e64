namespace Svae.Workbench.Display;

/// <summary>Something drawn in a <see cref="Panel"/>, in data coordinates. Both renderers draw from these and from nothing else.</summary>
/// <param name="Name">Its entry in the legend; marks of one name share one entry and one colour.</param>
internal abstract record Mark(string? Name)
{
    /// <summary><c>#RRGGBB</c>, or null for the next colour of the palette.</summary>
    public string? Color { get; init; }
}

/// <summary>A polyline through (x, y); NaN in y breaks it. With lower and upper it lies in a band.</summary>
internal sealed record LineMark(string? Name, double[] X, double[] Y) : Mark(Name)
{
    public double[]? Lower { get; init; }
    public double[]? Upper { get; init; }
    public bool Dashed { get; init; }
    public float Width { get; init; } = 2;

    /// <summary>Stretches [from, to) in which the band has both edges; none without a band.</summary>
    public IEnumerable<(int From, int To)> BandStretches()
    {
        bool Has(int i) => double.IsFinite(Lower![i]) && double.IsFinite(Upper![i]);
        for (int from = 0, to; Lower is not null && Upper is not null && from < X.Length; from = to)
        {
            for (to = from + 1; to < X.Length && Has(to) == Has(from);) to++;
            if (Has(from)) yield return (from, to);
        }
    }
}

/// <summary>Dots at (x, y), each with a text that the live chart shows on hovering.</summary>
internal sealed record PointsMark(string? Name, double[] X, double[] Y) : Mark(Name)
{
    public float Size { get; init; } = 7;
    public double Opacity { get; init; } = 1;
    public string[]? Texts { get; init; }
}

/// <summary>Polylines in the plane, NaN between one and the next; never thinned. Filled, each is closed and lightly coloured inside.</summary>
internal sealed record PathMark(string? Name, double[] X, double[] Y) : Mark(Name)
{
    public float Width { get; init; } = 2;
    public double Opacity { get; init; } = 1;
    public bool Dashed { get; init; }
    public bool Filled { get; init; }

    /// <summary>The polylines, one after the other.</summary>
    public IEnumerable<(double X, double Y)[]> Pieces()
    {
        var piece = new List<(double, double)>();
        for (int i = 0; i <= X.Length; i++)
        {
            if (i < X.Length && double.IsFinite(X[i]) && double.IsFinite(Y[i])) { piece.Add((X[i], Y[i])); continue; }
            if (piece.Count > 0) yield return piece.ToArray();
            piece.Clear();
        }
    }
}

/// <summary>Arrows from (x, y) to (x + u, y + v).</summary>
internal sealed record ArrowsMark(string? Name, double[] X, double[] Y, double[] U, double[] V) : Mark(Name)
{
    public float Width { get; init; } = 1.4f;
}

/// <summary>A stretch of the x axis, shaded over the whole height, with its label at its top.</summary>
internal sealed record SpanMark(string Label, double From, double To) : Mark((string?)null);

/// <summary>Vertical bars from 0.</summary>
internal sealed record BarsMark(string? Name, double[] Position, double[] Height) : Mark(Name)
{
    public double Width { get; init; } = .8;
    public string[]? Colors { get; init; }
    public double[]? Error { get; init; }
}

/// <summary>A histogram's outline: heights[i] between edges[i] and edges[i + 1].</summary>
internal sealed record StepsMark(string? Name, double[] Edges, double[] Heights) : Mark(Name)
{
    public bool Filled { get; init; }
}

/// <summary>A matrix; cells are centred on whole numbers unless <see cref="Columns"/> and <see cref="Rows"/> say otherwise.</summary>
internal sealed record HeatMapMark(double[,] Values, string Unit, ColorRamp Ramp, double Min, double Max) : Mark((string?)null)
{
    /// <summary>Centre of the first column and distance to the next.</summary>
    public CellCenters Columns { get; init; } = CellCenters.WholeNumbers;

    /// <summary>Centre of the first row and distance to the next.</summary>
    public CellCenters Rows { get; init; } = CellCenters.WholeNumbers;

    /// <summary>The colour scale stands beside the panel.</summary>
    public bool ShowsScale { get; init; } = true;

    /// <summary>Format of the number written into each cell, or null for none.</summary>
    public string? Format { get; init; }
}

/// <summary>A coloured stretch per run of equal states, in row <paramref name="Row"/>; a state outside the styles is left empty.</summary>
internal sealed record RibbonMark(int Row, string RowName, int[] States, IReadOnlyList<StateStyle> Styles, double Start, double Step)
    : Mark((string?)null)
{
    /// <summary>Runs of equal states that have a style.</summary>
    public IEnumerable<(double From, double To, StateStyle Style)> Runs()
    {
        for (int from = 0, to; from < States.Length; from = to)
        {
            for (to = from + 1; to < States.Length && States[to] == States[from];) to++;
            if (States[from] >= 0 && States[from] < Styles.Count)
                yield return (Start + from * Step, Start + to * Step, Styles[States[from]]);
        }
    }
}

/// <summary>A horizontal reference line with its label in the plot: an oracle, a ceiling, chance.</summary>
internal sealed record LevelMark(string Label, double Y) : Mark((string?)null);

/// <summary>A vertical reference line with its label at its top: the end of a phase, a median.</summary>
internal sealed record InstantMark(string Label, double X) : Mark((string?)null);

/// <summary>A text at a place.</summary>
internal sealed record NoteMark(string Text, double X, double Y) : Mark((string?)null);
