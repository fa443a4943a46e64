using SkiaSharp;

namespace Svae.Workbench.Display;

/// <summary>Where the label of a horizontal reference line stands.</summary>
/// <param name="Across">Along the line: 0 at its left end, 0.5 in the middle, 1 at its right end.</param>
/// <param name="Above">Above the line, or else below it.</param>
internal readonly record struct LevelLabel(double Across, bool Above);

/// <summary>
/// Chooses for each label of a panel, among both ends and the middle of its line, above and below, the first place where nothing is drawn;
/// where there is none, the one where least is.
/// </summary>
internal sealed class LevelLabels : IDisposable
{
    private const double Height = 17, Step = 3;
    private static readonly LevelLabel[] places = [new(1, true), new(0, true), new(1, false), new(0, false), new(.5, true), new(.5, false)];
    private readonly Panel panel;
    private readonly AxisRanges ranges;
    private readonly double width;
    private readonly List<(double X, double Y)[]> strokes = [];
    private readonly List<SKRect> patches = [];
    private readonly SKFont font = Lettering.Font(12.5f);

    private LevelLabels(FigurePlan plan, int index)
    {
        (panel, ranges) = (plan.Figure.Panels[index], plan.Ranges[index]);
        double[] domain = plan.Grid.DomainX(index);
        width = (domain[1] - domain[0]) * plan.Grid.Across;
        foreach (Mark mark in panel.Marks) Occupy(plan, index, mark);
    }

    /// <summary>A place for each level of a panel.</summary>
    public static IEnumerable<(LevelMark Mark, LevelLabel Label)> Of(FigurePlan plan, int panel)
    {
        LevelMark[] levels = [.. plan.Figure.Panels[panel].Marks.OfType<LevelMark>()];
        if (levels.Length == 0) yield break;
        using var labels = new LevelLabels(plan, panel);
        foreach (LevelMark level in levels)
        {
            float length = labels.Length(level.Label) + 8;
            LevelLabel best = places.MinBy(place => labels.Hidden(labels.Box(level, place, length)));
            labels.patches.Add(labels.Box(level, best, length));
            yield return (level, best);
        }
    }

    private SKRect Box(LevelMark level, LevelLabel place, float length)
    {
        float left = (float)(place.Across * (width - length)), line = (float)Y(level.Y), top = place.Above ? line - (float)Height - 1 : line + 1;
        return new SKRect(left, top, left + length, top + (float)Height);
    }

    // How much lies under a label, in strokes of three pixels; outside the panel is worse than on anything in it.
    private double Hidden(SKRect box)
    {
        double sum = box.Top < -2 || box.Bottom > panel.Height + 2 ? 1e6 : 0;
        foreach (SKRect patch in patches)
            if (SKRect.Intersect(patch, box) is { IsEmpty: false } common) sum += common.Width * common.Height / (Step * Step);
        foreach (var stroke in strokes)
            for (int i = 1; i < stroke.Length; i++) sum += Inside(box, stroke[i - 1], stroke[i]);
        return sum;
    }

    private static int Inside(SKRect box, (double X, double Y) from, (double X, double Y) to)
    {
        if (Math.Max(from.X, to.X) < box.Left || Math.Min(from.X, to.X) > box.Right || Math.Max(from.Y, to.Y) < box.Top || Math.Min(from.Y, to.Y) > box.Bottom) return 0;
        int steps = (int)Math.Clamp(Math.Ceiling(Math.Max(Math.Abs(to.X - from.X), Math.Abs(to.Y - from.Y)) / Step), 1, 2000), inside = 0;
        for (int i = 0; i <= steps; i++)
        {
            double x = from.X + (to.X - from.X) * i / steps, y = from.Y + (to.Y - from.Y) * i / steps;
            if (x >= box.Left && x <= box.Right && y >= box.Top && y <= box.Bottom) inside++;
        }
        return inside;
    }

    private void Occupy(FigurePlan plan, int index, Mark mark)
    {
        switch (mark)
        {
            case LineMark line:
                foreach (double[]? edge in (double[]?[])[line.Y, line.Lower, line.Upper])
                    if (edge is not null) Stroke(line.X, edge);
                break;
            case PathMark path: Stroke(path.X, path.Y); break;
            case StepsMark steps:
                Stroke([.. steps.Edges.SelectMany(e => new[] { e, e })], [.. steps.Heights.SelectMany(h => new[] { h, h }).Prepend(0).Append(0)]);
                break;
            case ArrowsMark arrows:
                for (int i = 0; i < arrows.X.Length; i++)
                    Stroke([arrows.X[i], arrows.X[i] + arrows.U[i]], [arrows.Y[i], arrows.Y[i] + arrows.V[i]]);
                break;
            case PointsMark points:
                for (int i = 0; i < points.X.Length; i++) Patch(X(points.X[i]), Y(points.Y[i]), points.Size, points.Size);
                break;
            case BarsMark bars:
                for (int i = 0; i < bars.Height.Length; i++)
                    Stretch(X(bars.Position[i] - bars.Width / 2), Y(bars.Height[i]), X(bars.Position[i] + bars.Width / 2), Y(0));
                break;
            case LevelMark level: strokes.Add([(0, Y(level.Y)), (width, Y(level.Y))]); break;
            case InstantMark instant:
                strokes.Add([(X(instant.X), 0), (X(instant.X), panel.Height)]);
                double length = Length(instant.Label), beside = plan.IsLate(index, instant.X) ? -length / 2 - 4 : length / 2 + 4;
                Patch(X(instant.X) + beside, 15 * plan.LineOf(instant) + 9, length, Height);
                break;
            case SpanMark span: Patch((X(span.From) + X(span.To)) / 2, 9, Length(span.Label), Height); break;
            case NoteMark note: Patch(X(note.X), Y(note.Y), Length(note.Text), Height); break;
        }
    }

    public void Dispose() => font.Dispose();

    private float Length(string text) => font.MeasureText(text);

    private void Stroke(double[] x, double[] y)
    {
        foreach (var piece in new PathMark(null, x, y).Pieces()) strokes.Add([.. piece.Select(p => (X(p.X), Y(p.Y)))]);
    }

    private void Patch(double x, double y, double wide, double high) => Stretch(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2);

    private void Stretch(double x0, double y0, double x1, double y1)
    {
        if (double.IsFinite(x0 + y0 + x1 + y1))
            patches.Add(new SKRect((float)Math.Min(x0, x1), (float)Math.Min(y0, y1), (float)Math.Max(x0, x1), (float)Math.Max(y0, y1)));
    }

    private double X(double value) => width * Share(panel.X, ranges.X, value);

    private double Y(double value) => panel.Height * (1 - Share(panel.Y, ranges.Y, value));

    private static double Share(Axis axis, (double Min, double Max) range, double value)
    {
        double from = StaticPanel.Place(axis, range.Min), share = (StaticPanel.Place(axis, value) - from) / (StaticPanel.Place(axis, range.Max) - from);
        return axis.Reversed ? 1 - share : share;
    }
}
