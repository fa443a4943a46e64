using SkiaSharp;

namespace Svae.Workbench.Display;

/// <summary>Where the panels of a live chart lie: fractions of the plotting area, and the space around it in CSS pixels.</summary>
internal sealed class LiveGrid
{
    private const int ScaleSpace = 74, ScaleToTitle = 34, SubtitleLine = 17, TitleSpace = 20;
    // Plotly's own: a row of the legend, its border, the line before a name, and the blank between two entries.
    private const int LegendRow = 20, LegendBorder = 10, LegendSymbol = 40, LegendGap = 5;
    // A browser's own letters may be wider than those that the text is measured with.
    private const float LettersMayTake = .82f;

    /// <summary>Space left of the plotting area; Plotly makes more of it for long names of rows.</summary>
    public const int Left = 60;

    private readonly FigurePlan plan;
    private readonly double[] left, width;
    private readonly double[] top, height;

    public LiveGrid(FigurePlan plan)
    {
        this.plan = plan;
        var panels = plan.Figure.Panels;
        int columns = plan.Columns, rows = (panels.Count + columns - 1) / columns;
        (left, width, top, height) = (new double[columns], new double[columns], new double[rows], new double[rows]);
        Place(columns);
        for (int r = 0; r < rows; r++)
        {
            var row = panels.Skip(r * columns).Take(columns).ToArray();
            height[r] = row.Max(p => p.Height);
            if (r > 0) top[r] = top[r - 1] + height[r - 1] + (plan.Figure.SharedX ? 22 : 64) + TitleOver(r);
        }
        Inner = rows == 0 ? 1 : top[^1] + height[^1];
        using SKFont letters = Lettering.Font(13);
        Subtitle = plan.Figure.Subtitle is { } text ? StaticFigure.Wrap(text, letters, LettersMayTake * (plan.Figure.Width - 24)) : [];
        int legendRows = LegendRows(letters);
        LegendHeight = legendRows == 0 ? 0 : LegendRow * legendRows + LegendBorder;
        Top = 36 + (Subtitle.Count == 0 ? 0 : 24 + SubtitleLine * (Subtitle.Count - 1)) + LegendRow * legendRows + TitleOver(0);
    }

    /// <summary>Height of the plotting area, CSS pixels.</summary>
    public double Inner { get; }

    /// <summary>Space above the plotting area: title, subtitle, legend, headings of the first row.</summary>
    public int Top { get; }

    /// <summary>The lines of the subtitle.</summary>
    public IReadOnlyList<string> Subtitle { get; }

    /// <summary>Space that is kept for the legend.</summary>
    public int LegendHeight { get; }

    /// <summary>Width of the plotting area.</summary>
    public double Across => plan.Figure.Width - Left - Right;

    /// <summary>Space right of the plotting area.</summary>
    public int Right { get; private set; }

    /// <summary>How far above the plotting area the legend's lower edge lies.</summary>
    public int LegendLift => 6 + TitleOver(0);

    public double[] DomainX(int panel)
    {
        double all = left[^1] + width[^1];
        int c = panel % plan.Columns;
        return [Math.Round(left[c] / all, 4), Math.Round(Math.Min((left[c] + width[c]) / all, 1), 4)];
    }

    public double[] DomainY(int panel)
    {
        int r = panel / plan.Columns;
        double low = Inner - top[r] - plan.Figure.Panels[panel].Height;
        return [Math.Round(Math.Max(low / Inner, 0), 4), Math.Round(Math.Min(1 - top[r] / Inner, 1), 4)];
    }

    private void Place(int columns)
    {
        var panels = plan.Figure.Panels;
        bool Scaled(int c) => panels.Where((p, i) => i % columns == c).Any(p => p.Marks.Any(m => m is HeatMapMark { ShowsScale: true }));
        Right = Scaled(columns - 1) ? ScaleSpace : 20;
        var gaps = Enumerable.Range(0, columns).Select(c => c == 0 ? 0 : (plan.Figure.SharedY ? 22 : 62) + (Scaled(c - 1) ? ScaleSpace + (plan.Figure.SharedY ? 0 : ScaleToTitle) : 0)).ToArray();
        double each = Math.Max((Across - gaps.Sum()) / (double)columns, 40), at = 0;
        for (int c = 0; c < columns; c++, at += each)
        {
            at += gaps[c];
            (left[c], width[c]) = (at, each);
        }
    }

    private int TitleOver(int row) =>
        plan.Figure.Panels.Skip(row * plan.Columns).Take(plan.Columns).Any(p => p.Title is not null) ? TitleSpace : 0;

    // As Plotly sets them: in one row, or else in columns as wide as the longest entry.
    private int LegendRows(SKFont letters)
    {
        if (plan.Legend.Count == 0) return 0;
        double[] entries = [.. plan.Legend.Select(entry => LegendSymbol + letters.MeasureText(entry.Name) / LettersMayTake + LegendGap)];
        if (entries.Sum() < Across) return 1;
        int columns = Math.Max(1, (int)(Across / entries.Max()));
        return (entries.Length + columns - 1) / columns;
    }
}
