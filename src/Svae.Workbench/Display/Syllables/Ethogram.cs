namespace Svae.Workbench.Display;

/// <summary>One row of an ethogram.</summary>
/// <param name="Name">"true", "SVAE", "PCA + AR-HMM".</param>
/// <param name="States">State of each frame of the recording; −1 for none.</param>
/// <param name="Styles">Name and colour of each state; see <see cref="StateStyle.Matched"/>.</param>
public sealed record EthogramRow(string Name, IReadOnlyList<int> States, IReadOnlyList<StateStyle> Styles);

/// <summary>What the animal did, frame by frame, as coloured stretches against time; one row per labelling.</summary>
public static class Ethogram
{
    /// <summary>Rows may differ in length; each is drawn as far as it goes.</summary>
    /// <param name="title">Title of the figure.</param>
    /// <param name="frameRate">Frames per second.</param>
    /// <param name="rows">The labellings, from top to bottom.</param>
    /// <param name="start">First frame of the stretch shown.</param>
    /// <param name="length">Frames shown; by default all that are there.</param>
    /// <param name="confidence">Posterior probability of the most probable state of every frame of the recording; a panel below.</param>
    public static Figure Of(string title, double frameRate, IReadOnlyList<EthogramRow> rows, int start = 0, int? length = null,
        IReadOnlyList<double>? confidence = null)
    {
        int shown = Math.Max(Math.Min(length ?? int.MaxValue, rows.Select(r => r.States.Count - start).DefaultIfEmpty(0).Max()), 1);
        var ribbons = new Panel("time (s)", "") { Height = 34 * Math.Max(rows.Count, 1) + 6 };
        foreach (EthogramRow row in rows)
            ribbons.Ribbon(row.Name, row.States.Skip(start).Take(shown).ToArray(), row.Styles, start / frameRate, 1 / frameRate);
        if (confidence is null) return new Figure(title) { Panels = [ribbons] };

        double[] sure = confidence.Skip(start).Take(shown).ToArray();
        double[] time = sure.Select((_, i) => (start + i + .5) / frameRate).ToArray();
        var certainty = new Panel("time (s)", new Axis("confidence") { Min = 0, Max = 1.05 }) { Height = 80 }
            .Line(time, sure, color: Palette.Neutral, width: 1.2f);
        return new Figure(title) { Panels = [ribbons, certainty] };
    }
}
