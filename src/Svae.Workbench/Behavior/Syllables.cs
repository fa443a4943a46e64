namespace Svae.Workbench.Behavior;

/// <summary>
/// What the states of labelled recordings do: how often each is used, how long its bouts last, which follows which.
/// Frames labelled −1 belong to no state: they count in nothing and break the succession.
/// </summary>
/// <remarks>The first and last bout of a recording are cut by its ends and still counted, so that durations add up to the recordings' length.</remarks>
public sealed class Syllables
{
    private Syllables(double frameRate, int states, IReadOnlyList<Bout> bouts)
    {
        (FrameRate, States, Bouts) = (frameRate, states, bouts);
        var byState = bouts.ToLookup(b => b.State);
        double labelled = Math.Max(bouts.Sum(b => (double)b.Length), 1);
        BoutsOf = Enumerable.Range(0, states).Select(k => (IReadOnlyList<Bout>)byState[k].ToArray()).ToArray();
        Usage = BoutsOf.Select(own => own.Sum(b => (double)b.Length) / labelled).ToArray();
        Durations = BoutsOf.Select(own => own.Select(b => b.Length / frameRate).ToArray()).ToArray();
        MedianDuration = Durations.Select(Median).ToArray();
        ByUsage = Enumerable.Range(0, states).OrderByDescending(k => Usage[k]).ToArray();
        TransitionCounts = Count(bouts, states);
        TransitionProbabilities = Normalise(TransitionCounts);
    }

    /// <summary>Statistics of labelled recordings.</summary>
    /// <param name="labels">One sequence a recording, a state per frame, −1 for none.</param>
    /// <param name="frameRate">Frames per second.</param>
    /// <param name="states">K; by default one more than the largest label.</param>
    /// <exception cref="ArgumentException">The frame rate is not positive, or a label is below −1 or not below K.</exception>
    public static Syllables Of(IReadOnlyList<int[]> labels, double frameRate, int? states = null)
    {
        if (!(frameRate > 0)) throw new ArgumentException($"frameRate: expected a positive number of frames per second, got {frameRate}");
        int count = states ?? labels.SelectMany(l => l).DefaultIfEmpty(-1).Max() + 1;
        for (int r = 0; r < labels.Count; r++)
            for (int t = 0; t < labels[r].Length; t++)
                if (labels[r][t] < -1 || labels[r][t] >= count)
                    throw new ArgumentException($"labels[{r}][{t}] is {labels[r][t]}; expected −1 (none) to {count - 1}");
        return new Syllables(frameRate, count, labels.SelectMany((l, r) => BoutsIn(l, r)).ToArray());
    }

    /// <summary>Frames per second.</summary>
    public double FrameRate { get; }

    /// <summary>K, the number of states, used or not.</summary>
    public int States { get; }

    /// <summary>All bouts, by recording and time.</summary>
    public IReadOnlyList<Bout> Bouts { get; }

    /// <summary>The bouts of each state.</summary>
    public IReadOnlyList<IReadOnlyList<Bout>> BoutsOf { get; }

    /// <summary>Fraction of the labelled frames in each state; sums to 1.</summary>
    public IReadOnlyList<double> Usage { get; }

    /// <summary>Duration of each bout of each state, seconds.</summary>
    public IReadOnlyList<double[]> Durations { get; }

    /// <summary>Median of a state's durations, seconds; NaN for a state that is not used.</summary>
    public IReadOnlyList<double> MedianDuration { get; }

    /// <summary>The states, most used first.</summary>
    public IReadOnlyList<int> ByUsage { get; }

    /// <summary>[from, to]: how often a bout of one state is followed at once by a bout of another; the diagonal is 0.</summary>
    public int[,] TransitionCounts { get; }

    /// <summary>[from, to]: probability of the next state given that the present one ends; a row that was never left is 0.</summary>
    public double[,] TransitionProbabilities { get; }

    /// <summary>How many states hold more than this fraction of the labelled frames.</summary>
    /// <param name="above">Fraction below which a state counts as not in use.</param>
    public int InUse(double above = .005) => Usage.Count(u => u > above);

    /// <summary>Median duration over the bouts of all states, seconds.</summary>
    public double MedianOfAll => Median(Durations.SelectMany(d => d).ToArray());

    private static IEnumerable<Bout> BoutsIn(int[] labels, int recording)
    {
        for (int from = 0, to; from < labels.Length; from = to)
        {
            for (to = from + 1; to < labels.Length && labels[to] == labels[from];) to++;
            if (labels[from] >= 0) yield return new Bout(recording, labels[from], from, to - from);
        }
    }

    private static int[,] Count(IReadOnlyList<Bout> bouts, int states)
    {
        var counts = new int[states, states];
        for (int i = 1; i < bouts.Count; i++)
            if (bouts[i].Recording == bouts[i - 1].Recording && bouts[i].Start == bouts[i - 1].End)
                counts[bouts[i - 1].State, bouts[i].State]++;
        return counts;
    }

    private static double[,] Normalise(int[,] counts)
    {
        int states = counts.GetLength(0);
        var probabilities = new double[states, states];
        for (int i = 0; i < states; i++)
        {
            double total = 0;
            for (int j = 0; j < states; j++) total += counts[i, j];
            for (int j = 0; j < states && total > 0; j++) probabilities[i, j] = counts[i, j] / total;
        }
        return probabilities;
    }

    private static double Median(double[] values)
    {
        if (values.Length == 0) return double.NaN;
        double[] sorted = values.Order().ToArray();
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
