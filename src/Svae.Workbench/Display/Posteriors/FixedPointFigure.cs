using System.Globalization;
using Svae.Workbench.MessagePassing;

namespace Svae.Workbench.Display;

/// <summary>What a mean-field iteration did: the surrogate objective after each sweep, which must not fall.</summary>
public static class FixedPointFigure
{
    /// <summary>The surrogate against the sweep.</summary>
    /// <param name="report">The iteration's report.</param>
    /// <param name="title">Title of the figure.</param>
    public static Figure Of(FixedPointReport report, string title = "Iterating to the fixed point")
    {
        double[] sweep = [.. report.Surrogate.Select((_, i) => (double)i)];
        Axis sweeps = new("sweep") { Categories = sweep.Length <= 40 ? [.. sweep.Select(i => $"{i + 1}")] : null };
        string Text(double value) => double.IsFinite(value) ? value.ToString("G3", CultureInfo.InvariantCulture).Replace('-', '−') : "∞";
        return new Figure(title)
        {
            Subtitle = $"{(report.Converged ? "converged" : "not converged")} after {report.Sweeps} sweeps; last change {Text(report.Residual)} nats/frame, largest fall {Text(report.LargestFall)}",
            Panels = [new Panel(sweeps, "surrogate (nats)").Line(sweep, report.Surrogate, color: Palette.Of(0)).Points(sweep, report.Surrogate, color: Palette.Of(0), size: 6)],
        };
    }
}
