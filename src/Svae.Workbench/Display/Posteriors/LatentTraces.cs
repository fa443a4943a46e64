using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>Latent states against time: a panel for each dimension, a line for each estimate in its band of ±2 standard deviations.</summary>
public static class LatentTraces
{
    private const int MostPanels = 8;

    /// <summary>The traces; of more than eight dimensions the first eight are drawn.</summary>
    /// <param name="title">Title of the figure.</param>
    /// <param name="series">The estimates, all with the same n.</param>
    /// <param name="missing">Frames without an observation are shaded.</param>
    /// <param name="frameRate">Frames per second; time in frames when absent.</param>
    /// <param name="symbol">What the components are called.</param>
    public static Figure Of(string title, IReadOnlyList<LatentSeries> series, IReadOnlyList<bool>? missing = null, double? frameRate = null,
        string symbol = "x")
    {
        if (series.Count == 0) throw new ArgumentException("series: expected at least one, got none");
        int n = (int)series[0].Mean.shape[^1], shown = Math.Min(n, MostPanels);
        foreach (LatentSeries s in series) Guard.Shape(s.Mean, $"{s.Name} mean", ("time", -1), ("latent", n));
        double second = frameRate ?? 1;
        bool bands = series.Any(s => s.Covariance is not null);
        var subtitle = new List<string>();
        if (bands) subtitle.Add("bands: ±2 standard deviations");
        if (missing?.Any(m => m) == true) subtitle.Add("shaded: no observation");
        if (n > shown) subtitle.Add($"first {shown} of {n} dimensions");
        return new Figure(title)
        {
            Subtitle = subtitle.Count == 0 ? null : string.Join("; ", subtitle),
            Panels = [.. Enumerable.Range(0, shown).Select(i => Trace(i))],
        };

        Panel Trace(int i)
        {
            var panel = new Panel(frameRate is null ? "time (frames)" : "time (s)", Subscript.Of(symbol, i))
                { Height = shown == 1 ? 220 : shown <= 3 ? 150 : 100 };
            foreach (var (from, to) in Runs(missing ?? [])) panel.Span((from - .5) / second, (to - .5) / second);
            for (int s = 0; s < series.Count; s++)
            {
                double[] mean = TensorNumbers.Column(series[s].Mean, i), time = [.. mean.Select((_, t) => t / second)];
                double[]? spread = series[s].TwoDeviations(i);
                panel.Line(time, mean, series[s].Name, series[s].Color ?? Palette.Of(s), spread is null ? null : [.. mean.Zip(spread, (m, d) => m - d)],
                    spread is null ? null : [.. mean.Zip(spread, (m, d) => m + d)], series[s].Dashed, 1.8f);
            }
            return panel;
        }
    }

    /// <summary>Stretches [from, to) in which the flag holds.</summary>
    internal static IEnumerable<(int From, int To)> Runs(IReadOnlyList<bool> flags)
    {
        for (int from = 0, to; from < flags.Count; from = to)
        {
            for (to = from + 1; to < flags.Count && flags[to] == flags[from];) to++;
            if (flags[from]) yield return (from, to);
        }
    }
}
