using Svae.Workbench.Behavior;

namespace Svae.Workbench.Display;

/// <summary>Which state follows which, and which inferred state stands for which true one, as heat maps.</summary>
public static class TransitionMap
{
    /// <summary>Probability of the next state when a bout ends; states most used first.</summary>
    /// <param name="syllables">Statistics of the labels.</param>
    /// <param name="styles">Name and colour of each state.</param>
    /// <param name="least">States used less than this are left out.</param>
    public static Figure Of(Syllables syllables, IReadOnlyList<StateStyle> styles, double least = .005)
    {
        int[] shown = syllables.ByUsage.Where(k => syllables.Usage[k] >= least).ToArray();
        var values = new double[shown.Length, shown.Length];
        for (int i = 0; i < shown.Length; i++)
            for (int j = 0; j < shown.Length; j++)
                values[i, j] = i == j ? double.NaN : syllables.TransitionProbabilities[shown[i], shown[j]];
        string[] names = shown.Select(k => styles[k].Name).ToArray();
        double max = Math.Ceiling(10 * values.Cast<double>().Where(double.IsFinite).DefaultIfEmpty(1).Max()) / 10;
        return Matrix("What follows what", "next state", "present state", names, names, values, "probability", max);
    }

    /// <summary>Of the frames of each true behaviour, the fraction in each inferred state; matched states on the diagonal.</summary>
    /// <param name="truth">True labels, one sequence a recording; −1 for none.</param>
    /// <param name="inferred">Inferred labels, as many and as long.</param>
    /// <param name="truthStyles">Name and colour of each true behaviour.</param>
    /// <param name="inferredToTrue">For each inferred state the true one, or −1.</param>
    public static Figure Confusion(IReadOnlyList<int[]> truth, IReadOnlyList<int[]> inferred, IReadOnlyList<StateStyle> truthStyles,
        IReadOnlyList<int> inferredToTrue)
    {
        int rows = truthStyles.Count, states = inferredToTrue.Count;
        var counts = new double[rows, states];
        for (int r = 0; r < truth.Count; r++)
            for (int t = 0; t < Math.Min(truth[r].Length, inferred[r].Length); t++)
                if (truth[r][t] >= 0 && inferred[r][t] >= 0) counts[truth[r][t], inferred[r][t]]++;
        double Used(int k) => Enumerable.Range(0, rows).Sum(i => counts[i, k]);
        double Row(int i) => Math.Max(Enumerable.Range(0, states).Sum(k => counts[i, k]), 1);
        int[] columns = Enumerable.Range(0, states).Where(k => Used(k) > 0)
            .OrderBy(k => inferredToTrue[k] < 0 ? int.MaxValue : inferredToTrue[k]).ThenByDescending(Used).ToArray();
        var values = new double[rows, columns.Length];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns.Length; j++) values[i, j] = counts[i, columns[j]] / Row(i);
        return Matrix("Which inferred state stands for which behaviour", "inferred state", "true behaviour",
            truthStyles.Select(s => s.Name).ToArray(), columns.Select(k => $"{k}").ToArray(), values, "fraction of the behaviour's frames");
    }

    private static Figure Matrix(string title, string x, string y, string[] rows, string[] columns, double[,] values, string unit,
        double max = 1)
    {
        int height = Math.Clamp(28 * rows.Length, 140, 520);
        var panel = new Panel(new Axis(x) { Categories = columns }, new Axis(y) { Categories = rows }) { Height = height }
            .HeatMap(values, unit, min: 0, max: max, format: columns.Length <= 16 ? ".00" : null);
        return new Figure(title) { Panels = [panel] };
    }
}
