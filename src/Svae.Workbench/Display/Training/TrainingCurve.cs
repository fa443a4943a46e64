using Svae.Workbench.Learning;

namespace Svae.Workbench.Display;

/// <summary>The bound while learning, and what it is made of: ELBO = log-likelihood − local KL − global KL.</summary>
public static class TrainingCurve
{
    /// <summary>ELBO and log-likelihood above, the two KL terms below, all in nats per frame.</summary>
    /// <param name="records">The history; non-finite values are left out.</param>
    /// <param name="oracle">The best ELBO that any model can have on average, if known.</param>
    /// <param name="againstSeconds">Against wall time instead of steps.</param>
    /// <param name="title">Title of the figure.</param>
    public static Figure Of(IReadOnlyList<TrainingRecord> records, double? oracle = null, bool againstSeconds = false,
        string title = "Learning")
    {
        string x = againstSeconds ? "time (s)" : "step";
        double[] at = records.Select(r => againstSeconds ? r.Seconds : r.Step).ToArray();
        double[] Values(Func<TrainingRecord, double> of) => records.Select(of).Select(v => double.IsFinite(v) ? v : double.NaN).ToArray();
        double[] elbo = Values(r => r.Elbo), likelihood = Values(r => r.LogLikelihood);
        bool phases = records.Any(r => r.Phase != records[0].Phase);
        var bound = new Panel(x, Window("nats/frame", [.. elbo, .. likelihood], oracle, headroom: phases ? 5 : 1.6)) { Height = 210 }
            .Line(at, likelihood, "log-likelihood", Palette.Of(5)).Line(at, elbo, "ELBO", Palette.Of(0));
        double[] local = Values(r => r.LocalKl), global = Values(r => r.GlobalKl);
        var divergence = new Panel(x, Window("nats/frame", [.. local, .. global], 0, headroom: 1.6)) { Height = 140 }
            .Line(at, local, "local KL", Palette.Of(1)).Line(at, global, "global KL", Palette.Of(2));
        TrainingRecord[] evaluated = [.. records.Where(r => double.IsFinite(r.HeldOutElbo ?? double.NaN))];
        if (evaluated.Length > 0)
            bound.Points([.. evaluated.Select(r => againstSeconds ? r.Seconds : r.Step)], [.. evaluated.Select(r => r.HeldOutElbo!.Value)],
                "held-out ELBO", Palette.Of(8), 6);
        if (oracle is { } best) bound.Level(best, FormattableString.Invariant($"oracle {best:G4}").Replace('-', '−'));
        for (int i = 0; i < records.Count; i++)
            if (phases && (i == 0 || records[i].Phase != records[i - 1].Phase))
            {
                bound.Instant(at[i], records[i].Phase);
                divergence.Instant(at[i], "");
            }
        var last = records.LastOrDefault();
        string? subtitle = last is null ? null
            : FormattableString.Invariant($"last ELBO {last.Elbo:G5} nats/frame after {last.Step + 1} steps, {last.Seconds:F0} s").Replace('-', '−');
        return new Figure(title) { Subtitle = subtitle, Panels = [bound, divergence] };
    }

    /// <summary>The first few values are often a hundred times worse than all others; the axis leaves out what lies far below the bulk.</summary>
    /// <param name="label">The axis's label.</param>
    /// <param name="values">All that is drawn.</param>
    /// <param name="also">A value that must be on the axis.</param>
    /// <param name="headroom">Margins above the largest value: more where names of phases stand there.</param>
    private static Axis Window(string label, double[] values, double? also, double headroom)
    {
        double[] sorted = values.Where(double.IsFinite).Order().ToArray();
        if (sorted.Length < 20) return label;
        double At(double quantile) => sorted[(int)(quantile * (sorted.Length - 1))];
        double low = At(.05), high = At(.95), spread = Math.Max(high - low, 1e-9);
        double bottom = Math.Max(sorted[0], low - spread), top = Math.Min(sorted[^1], high + spread);
        if (also is { } level) (bottom, top) = (Math.Min(bottom, level), Math.Max(top, level));
        double margin = .06 * Math.Max(top - bottom, 1e-9);
        return new Axis(label) { Min = bottom - margin, Max = top + headroom * margin };
    }
}
