namespace Svae.Workbench.Diagnostics;

/// <summary>How often each pair of labels occurs in the same frame, over all frames that have both labels.</summary>
internal sealed class Contingency
{
    private Contingency(long[,] counts, long total) => (Counts, Total) = (counts, total);

    /// <summary>[labels of a, labels of b].</summary>
    public long[,] Counts { get; }

    public long Total { get; }

    /// <summary>Counts over several sequences; a frame where either label is −1 is left out.</summary>
    /// <exception cref="ArgumentException">Lengths differ, a label is below −1, or no frame has both labels.</exception>
    public static Contingency Of(IReadOnlyList<int[]> a, IReadOnlyList<int[]> b, string nameA = "a", string nameB = "b")
    {
        LabelSequences.RequireAligned(a, b, nameA, nameB);
        var counts = new long[LabelSequences.Count(a, nameA), LabelSequences.Count(b, nameB)];
        long total = 0;
        for (int s = 0; s < a.Count; s++)
            for (int t = 0; t < a[s].Length; t++)
            {
                if (a[s][t] < 0 || b[s][t] < 0) continue;
                counts[a[s][t], b[s][t]]++;
                total++;
            }
        if (total == 0) throw new ArgumentException($"{nameA}, {nameB}: no frame has both labels");
        return new Contingency(counts, total);
    }

    public long[] RowSums() => Sums(0, 1, (i, j) => Counts[i, j]);

    public long[] ColumnSums() => Sums(1, 0, (j, i) => Counts[i, j]);

    private long[] Sums(int kept, int summed, Func<int, int, long> at) =>
        [.. Enumerable.Range(0, Counts.GetLength(kept)).Select(i => Enumerable.Range(0, Counts.GetLength(summed)).Sum(j => at(i, j)))];
}
