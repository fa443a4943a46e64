using System.Globalization;
using Svae.Workbench.Behavior;

namespace Svae.Workbench.Display;

/// <summary>How long bouts last, on a logarithmic axis, with the median marked.</summary>
public static class DurationHistogram
{
    /// <summary>Durations of one state, or of all states together.</summary>
    /// <param name="labellings">Name and statistics of each labelling that is compared: "inferred", "true", ….</param>
    /// <param name="state">The state, of every labelling; by default all states.</param>
    /// <param name="title">Title; a default says what is shown.</param>
    public static Figure Of(IReadOnlyList<(string Name, Syllables Syllables)> labellings, int? state = null, string? title = null)
    {
        var sets = labellings.Select((l, i) => (l.Name, Color: Palette.Of(i), Seconds: Select(l.Syllables, state), l.Syllables.FrameRate))
            .ToArray();
        double rate = sets[0].FrameRate;
        double longest = Math.Max(sets.SelectMany(s => s.Seconds).DefaultIfEmpty(0).Max(), 2 / rate);
        double[] edges = Edges((int)Math.Round(longest * rate)).Select(frames => 1000 * frames / rate).ToArray();
        var panel = new Panel(new Axis("bout duration (ms)") { Log = true, Min = edges[0], Max = edges[^1] }, "bouts (%)") { Height = 200 };
        string medians = "";
        foreach (var (name, color, seconds, _) in sets)
        {
            if (seconds.Length == 0) continue;
            var heights = new double[edges.Length - 1];
            foreach (double s in seconds)
            {
                int bin = Array.FindLastIndex(edges, e => e <= 1000 * s);
                heights[Math.Clamp(bin, 0, heights.Length - 1)] += 100.0 / seconds.Length;
            }
            double median = 1000 * seconds.Order().ElementAt(seconds.Length / 2);
            medians += $"{(medians.Length > 0 ? "; " : "median ")}{name} {median.ToString("F0", CultureInfo.InvariantCulture)} ms ({seconds.Length} bouts)";
            panel.Steps(edges, heights, name, color, filled: true).Instant(median, "", color);
        }
        title ??= state is null ? "How long bouts last" : $"How long state {state} lasts";
        return new Figure(title) { Subtitle = medians, Panels = [panel] };
    }

    private static double[] Select(Syllables syllables, int? state) => state is { } k
        ? (k < syllables.States ? syllables.Durations[k] : [])
        : syllables.Durations.SelectMany(d => d).ToArray();

    /// <summary>Half-way between whole numbers of frames, about ten a decade where frames are fine enough.</summary>
    private static IEnumerable<double> Edges(int longest)
    {
        double edge = .5;
        yield return edge;
        while (edge < longest)
        {
            edge = Math.Max(edge + 1, Math.Floor(edge * 1.26) + .5);
            yield return edge;
        }
    }
}
