namespace Svae.Workbench.Display;

/// <summary>Where the axes of a panel begin and end, in data units: around all its marks, unless the axis says otherwise.</summary>
internal sealed record AxisRanges((double Min, double Max) X, (double Min, double Max) Y)
{
    public static AxisRanges Of(Panel panel)
    {
        var x = new Extent(panel.X);
        var y = new Extent(panel.Y);
        foreach (Mark mark in panel.Marks) Include(mark, x, y);
        bool cells = panel.Marks.Any(m => m is HeatMapMark or RibbonMark);
        bool columns = panel.Marks.Any(m => m is BarsMark or StepsMark);
        return new AxisRanges(
            x.Range(cells || columns ? 0 : .02, cells || columns ? 0 : .02),
            y.Range(cells ? 0 : columns && y.Least >= 0 ? 0 : .06, cells ? 0 : .08));
    }

    private static void Include(Mark mark, Extent x, Extent y)
    {
        switch (mark)
        {
            case LineMark line:
                x.Add(line.X); y.Add(line.Y); y.Add(line.Lower); y.Add(line.Upper);
                break;
            case PointsMark points:
                x.Add(points.X); y.Add(points.Y);
                break;
            case BarsMark bars:
                x.Add(bars.Position.Select(p => p - bars.Width * .75)); x.Add(bars.Position.Select(p => p + bars.Width * .75));
                y.Add([0]); y.Add(bars.Height.Select((h, i) => h + (bars.Error?[i] ?? 0)));
                y.Add(bars.Height.Select((h, i) => h < 0 ? h - (bars.Error?[i] ?? 0) : 0));
                break;
            case StepsMark steps:
                x.Add(steps.Edges); y.Add(steps.Heights); y.Add([0]);
                break;
            case PathMark path:
                x.Add(path.X); y.Add(path.Y);
                break;
            case ArrowsMark arrows:
                x.Add(arrows.X); x.Add(arrows.X.Zip(arrows.U, (a, b) => a + b));
                y.Add(arrows.Y); y.Add(arrows.Y.Zip(arrows.V, (a, b) => a + b));
                break;
            case HeatMapMark map:
                x.Add([map.Columns.At(-.5), map.Columns.At(map.Values.GetLength(1) - .5)]);
                y.Add([map.Rows.At(-.5), map.Rows.At(map.Values.GetLength(0) - .5)]);
                break;
            case SpanMark span: x.Add([span.From, span.To]); break;
            case RibbonMark ribbon:
                x.Add([ribbon.Start, ribbon.Start + ribbon.Step * ribbon.States.Length]); y.Add([-.5, ribbon.Row + .5]);
                break;
            case LevelMark level: y.Add([level.Y]); break;
            case InstantMark instant: x.Add([instant.X]); break;
            case NoteMark note: x.Add([note.X]); y.Add([note.Y]); break;
        }
    }

    private sealed class Extent(Axis axis)
    {
        private double largest = double.NegativeInfinity;

        public double Least { get; private set; } = double.PositiveInfinity;

        public void Add(IEnumerable<double>? values)
        {
            foreach (double value in values ?? [])
            {
                if (!double.IsFinite(value) || axis.Log && value <= 0) continue;
                Least = Math.Min(Least, value);
                largest = Math.Max(largest, value);
            }
        }

        public (double, double) Range(double below, double above)
        {
            double low = Least, high = largest;
            if (!(low <= high)) (low, high) = axis.Log ? (1, 10) : (0, 1);
            if (axis.Log)
            {
                double factor = Math.Max(high / low, 1.5);
                return (axis.Min ?? low * Math.Pow(factor, -below), axis.Max ?? high * Math.Pow(factor, above));
            }
            double span = high > low ? high - low : Math.Max(Math.Abs(high), 1) * .1;
            if (high == low) (low, high) = (low - (below > 0 ? span : 0), high + span);
            return (axis.Min ?? low - below * span, axis.Max ?? high + above * span);
        }
    }
}
