namespace Svae.Workbench.Behavior;

/// <summary>Chooses the bouts that show a state best: of typical length, surely that state, from different animals.</summary>
public static class SyllableExamples
{
    /// <summary>
    /// Up to <paramref name="count"/> bouts of a state, best first. Each is the bout of least cost
    /// <c>|log(length / median)| + (1 − mean confidence) + ½ · (bouts already taken from its recording)</c>
    /// (after Johnson et al. 2016, whose panels show examples of near-median duration).
    /// </summary>
    /// <param name="syllables">The bouts and their medians.</param>
    /// <param name="state">The state to show.</param>
    /// <param name="count">How many examples are wanted.</param>
    /// <param name="confidence">For each recording the posterior probability of the frame's label, one a frame; or null.</param>
    /// <param name="margin">Frames that must lie before and after the bout inside its recording; waived where nothing else is left.</param>
    /// <param name="lengths">Frames of each recording, for the margin at the end; by default where the last bout ends.</param>
    public static IReadOnlyList<Bout> Pick(Syllables syllables, int state, int count, IReadOnlyList<double[]>? confidence = null,
        int margin = 0, IReadOnlyList<int>? lengths = null)
    {
        double median = syllables.MedianDuration[state] * syllables.FrameRate;
        var ends = syllables.Bouts.GroupBy(b => b.Recording).ToDictionary(g => g.Key, g => g.Max(b => b.End));
        bool Inside(Bout b) => b.Start >= margin && b.End + margin <= (lengths?[b.Recording] ?? ends[b.Recording]);
        double Cost(Bout b) => Math.Abs(Math.Log(b.Length / median))
            + (confidence is null ? 0 : 1 - confidence[b.Recording].AsSpan(b.Start, b.Length).ToArray().Average())
            + (Inside(b) ? 0 : 100);

        var left = syllables.BoutsOf[state].Select(b => (Bout: b, Cost: Cost(b))).ToList();
        var taken = new List<Bout>();
        while (taken.Count < count && left.Count > 0)
        {
            var best = left.MinBy(c => c.Cost + .5 * taken.Count(b => b.Recording == c.Bout.Recording));
            left.Remove(best);
            taken.Add(best.Bout);
        }
        return taken;
    }
}
