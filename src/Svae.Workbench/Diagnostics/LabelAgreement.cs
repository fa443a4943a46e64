namespace Svae.Workbench.Diagnostics;

/// <summary>
/// Agreement of two labellings that needs no matching of their states. Symmetric in its arguments, the purity excepted;
/// a frame where either label is −1 is left out.
/// </summary>
public static class LabelAgreement
{
    /// <summary>
    /// Normalised mutual information <c>I(a; b) / ((H(a) + H(b))/2)</c>: normalised by the arithmetic mean of the two entropies
    /// (Vinh, Epps and Bailey 2010). 1 for the same partition, 0 for independent ones; two constant labellings agree fully, 1.
    /// </summary>
    /// <exception cref="ArgumentException">Lengths differ, a label is below −1, or no frame has both labels.</exception>
    public static double Nmi(int[] a, int[] b) => Nmi([a], [b]);

    /// <inheritdoc cref="Nmi(int[], int[])"/>
    public static double Nmi(IReadOnlyList<int[]> a, IReadOnlyList<int[]> b)
    {
        var together = Contingency.Of(a, b);
        double total = together.Total;
        double entropies = Entropy(together.RowSums(), total) + Entropy(together.ColumnSums(), total);
        if (entropies == 0) return 1;
        double joint = Entropy(together.Counts.Cast<long>(), total);
        return Math.Clamp(2 * (entropies - joint) / entropies, 0, 1);
    }

    /// <summary>
    /// Adjusted Rand index (Hubert and Arabie 1985): the share of frame pairs that both labellings treat alike, adjusted so that
    /// its expectation over random labellings with the same label counts is 0. 1 for the same partition; may be negative.
    /// </summary>
    /// <exception cref="ArgumentException">Lengths differ, a label is below −1, or no frame has both labels.</exception>
    public static double Ari(int[] a, int[] b) => Ari([a], [b]);

    /// <inheritdoc cref="Ari(int[], int[])"/>
    public static double Ari(IReadOnlyList<int[]> a, IReadOnlyList<int[]> b)
    {
        var together = Contingency.Of(a, b);
        double both = Pairs(together.Counts.Cast<long>()), inA = Pairs(together.RowSums()), inB = Pairs(together.ColumnSums());
        double all = Pairs([together.Total]);
        double expected = all > 0 ? inA * inB / all : 0, largest = (inA + inB) / 2;
        return largest == expected ? 1 : (both - expected) / (largest - expected);
    }

    /// <summary>
    /// Purity: the share of frames that are right when each found state is named after the label that most of its frames have. Several
    /// states may share a name, so more states than labels do not count against it (Manning, Raghavan and Schütze 2008, §16.3).
    /// </summary>
    /// <param name="found">Found state of each frame.</param>
    /// <param name="truth">True label of each frame.</param>
    /// <exception cref="ArgumentException">Lengths differ, a label is below −1, or no frame has both labels.</exception>
    public static double Purity(int[] found, int[] truth) => Purity([found], [truth]);

    /// <inheritdoc cref="Purity(int[], int[])"/>
    public static double Purity(IReadOnlyList<int[]> found, IReadOnlyList<int[]> truth)
    {
        var together = Contingency.Of(found, truth, nameof(found), nameof(truth));
        long right = Enumerable.Range(0, together.Counts.GetLength(0))
            .Sum(k => Enumerable.Range(0, together.Counts.GetLength(1)).Max(j => together.Counts[k, j]));
        return right / (double)together.Total;
    }

    private static double Entropy(IEnumerable<long> counts, double total) =>
        -counts.Where(n => n > 0).Sum(n => n / total * Math.Log(n / total));

    private static double Pairs(IEnumerable<long> counts) => counts.Sum(n => n * (n - 1.0) / 2);
}
