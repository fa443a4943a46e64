using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>A batch of latent sequences: one in detail, a panel for each dimension; several as small multiples, a panel for each sequence.</summary>
internal static class SequencePanels
{
    private const int MostSequences = 6, MostLines = 4;

    /// <param name="title">Title of the figure.</param>
    /// <param name="mean">[B, T, n]; NaN where nothing is known.</param>
    /// <param name="covariance">[B, T, n, n] or variances [B, T, n]; null for none.</param>
    /// <param name="states">Most probable state of each frame, one array a sequence; null for none.</param>
    /// <param name="lengths">Length of each sequence.</param>
    /// <param name="sequence">Which one to show in detail; several are small multiples when absent.</param>
    public static Figure Of(string title, Tensor mean, Tensor? covariance, IReadOnlyList<int[]>? states, IReadOnlyList<int> lengths, int? sequence = null)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        int count = (int)mean.shape[0];
        if (sequence is < 0 || sequence >= count) throw new ArgumentException($"sequence: expected 0 to {count - 1}, got {sequence}");
        if (count == 1 || sequence is not null) return Detail(title, mean, covariance, states, lengths, sequence ?? 0);
        int shown = Math.Min(count, MostSequences), lines = (int)Math.Min(mean.shape[2], MostLines);
        Panel[] panels = [.. Enumerable.Range(0, shown).Select(b => Lines(Series(mean, covariance, b, lengths[b]), lines, $"sequence {b}"))];
        if (states is not null) panels = [Ribbons([.. states.Take(shown)], b => $"sequence {b}"), .. panels];
        var left = new List<string>();
        if (covariance is not null) left.Add("bands: ±2 standard deviations");
        if (count > shown) left.Add($"first {shown} of {count} sequences");
        if (mean.shape[2] > lines) left.Add($"first {lines} of {mean.shape[2]} dimensions");
        return new Figure(title) { Subtitle = left.Count == 0 ? null : string.Join("; ", left), Panels = panels };
    }

    /// <summary>Stretches of states, a row for each sequence.</summary>
    public static Panel Ribbons(IReadOnlyList<int[]> states, Func<int, string> name)
    {
        var styles = StateStyle.For(states.SelectMany(s => s).DefaultIfEmpty(0).Max() + 1);
        var panel = new Panel("time (frames)", "") { Height = 26 * states.Count + 8 };
        for (int b = 0; b < states.Count; b++) panel.Ribbon(name(b), states[b], styles, -.5);
        return panel;
    }

    private static Figure Detail(string title, Tensor mean, Tensor? covariance, IReadOnlyList<int[]>? states, IReadOnlyList<int> lengths, int b)
    {
        Figure traces = LatentTraces.Of(title, [Series(mean, covariance, b, lengths[b])]);
        string says = mean.shape[0] > 1 ? string.Join("; ", new[] { $"sequence {b} of {mean.shape[0]}", traces.Subtitle }.OfType<string>()) : traces.Subtitle ?? "";
        return new Figure(title)
        {
            Subtitle = says.Length > 0 ? says : null,
            Panels = states is null ? traces.Panels : [Ribbons([states[b]], _ => "state"), .. traces.Panels],
        };
    }

    private static LatentSeries Series(Tensor mean, Tensor? covariance, int b, int length) =>
        new("E x", mean[b].narrow(0, 0, length), covariance?[b].narrow(0, 0, length));

    private static Panel Lines(LatentSeries series, int lines, string heading)
    {
        var panel = new Panel("time (frames)", "x") { Title = heading, Height = 90 };
        for (int i = 0; i < lines; i++)
        {
            double[] x = TensorNumbers.Column(series.Mean, i), time = [.. x.Select((_, t) => (double)t)];
            double[]? spread = series.TwoDeviations(i);
            panel.Line(time, x, Subscript.Of("x", i), Palette.Of(i), spread is null ? null : [.. x.Zip(spread, (m, d) => m - d)],
                spread is null ? null : [.. x.Zip(spread, (m, d) => m + d)], width: 1.6f);
        }
        return panel;
    }
}
