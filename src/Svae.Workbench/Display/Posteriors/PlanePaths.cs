using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>Paths through the plane with their uncertainty: a spiral as it is observed, filtered, smoothed and in truth.</summary>
public static class PlanePaths
{
    private const int Ellipses = 14;

    /// <summary>Each estimate as a path with ellipses of ±2 standard deviations at some of its frames; observations as dots.</summary>
    /// <param name="title">Title of the figure.</param>
    /// <param name="series">The estimates, two-dimensional.</param>
    /// <param name="observations">What was seen, [T, 2].</param>
    /// <param name="missing">Frames of <paramref name="observations"/> without an observation are left out.</param>
    /// <param name="symbol">What the coordinates are called.</param>
    public static Figure Of(string title, IReadOnlyList<LatentSeries> series, Tensor? observations = null, IReadOnlyList<bool>? missing = null,
        string symbol = "x")
    {
        var panel = new Panel(Subscript.Of(symbol, 0), Subscript.Of(symbol, 1)) { Height = 460, EqualAspect = true };
        if (observations is not null)
        {
            Guard.Shape(observations, "observations", ("time", -1), ("coordinate", 2));
            double[] x = TensorNumbers.Column(observations, 0), y = TensorNumbers.Column(observations, 1);
            int[] seen = [.. Enumerable.Range(0, x.Length).Where(t => missing is null || t >= missing.Count || !missing[t])];
            panel.Points(Array.ConvertAll(seen, t => x[t]), Array.ConvertAll(seen, t => y[t]), "observed", Palette.Neutral, 4, opacity: .7);
        }
        for (int s = 0; s < series.Count; s++)
        {
            LatentSeries one = series[s];
            Guard.Shape(one.Mean, $"{one.Name} mean", ("time", -1), ("coordinate", 2));
            string color = one.Color ?? Palette.Of(s);
            if (one.Covariance is { } covariance)
            {
                using var scope = NewDisposeScope();
                Tensor full = covariance.dim() > 2 ? covariance : diag_embed(covariance);
                long step = Math.Max(one.Mean.shape[0] / Ellipses, 1);
                var some = TensorIndex.Slice(step / 2, null, step);
                var (x, y) = Ellipse.Of(one.Mean[some], full[some]);
                panel.Path(x, y, one.Name, color, 1, .55, filled: true);
            }
            panel.Path(TensorNumbers.Column(one.Mean, 0), TensorNumbers.Column(one.Mean, 1), one.Name, color, 2, dashed: one.Dashed);
        }
        return new Figure(title)
            { Subtitle = series.Any(s => s.Covariance is not null) ? "ellipses: ±2 standard deviations" : null, Panels = [panel] };
    }
}
