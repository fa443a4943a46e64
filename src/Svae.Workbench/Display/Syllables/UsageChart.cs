using Svae.Workbench.Behavior;

namespace Svae.Workbench.Display;

/// <summary>How much of the time each state takes.</summary>
public static class UsageChart
{
    /// <summary>Bars of the inferred states, most used first; with the truth, beside each the usage of the true state it is matched with.</summary>
    /// <param name="inferred">Statistics of the inferred labels.</param>
    /// <param name="styles">Name and colour of each inferred state.</param>
    /// <param name="truth">Statistics of the true labels.</param>
    /// <param name="inferredToTrue">For each inferred state the true one, or −1.</param>
    /// <param name="least">States used less than this are left out.</param>
    public static Figure Of(Syllables inferred, IReadOnlyList<StateStyle> styles, Syllables? truth = null,
        IReadOnlyList<int>? inferredToTrue = null, double least = .001)
    {
        int[] shown = inferred.ByUsage.Where(k => inferred.Usage[k] >= least).ToArray();
        bool both = truth is not null && inferredToTrue is not null;
        double[] at = Enumerable.Range(0, shown.Length).Select(i => (double)i).ToArray();
        double[] percent = shown.Select(k => 100 * inferred.Usage[k]).ToArray();
        var axis = new Axis("") { Categories = shown.Select(k => styles[k].Name).ToArray() };
        var panel = new Panel(axis, "frames (%)") { Height = 200 };
        panel.Bars(at.Select(x => both ? x - .2 : x).ToArray(), percent, "inferred", width: both ? .38 : .7,
            colors: shown.Select(k => styles[k].Color).ToArray());
        if (both)
        {
            int[] matched = Enumerable.Range(0, shown.Length).Where(i => inferredToTrue![shown[i]] >= 0).ToArray();
            panel.Bars(matched.Select(i => i + .2).ToArray(), matched.Select(i => 100 * truth!.Usage[inferredToTrue![shown[i]]]).ToArray(),
                "true (of the matched behaviour)", Palette.Neutral, .38);
        }
        return new Figure($"{inferred.InUse()} states in use") { Subtitle = both ? $"coloured: inferred; true behaviours in use: {truth!.InUse()} (above 0.5 % of the frames)" : "above 0.5 % of the frames", Panels = [panel] };
    }
}
