namespace Svae.Workbench.Diagnostics;

/// <summary>
/// How well the moments of change agree, whatever the states are called: inferred and true changepoints are paired one to one,
/// at most some frames apart.
/// </summary>
/// <param name="Paired">Pairs found.</param>
/// <param name="Inferred">Inferred changepoints.</param>
/// <param name="True">True changepoints.</param>
public sealed record Changepoints(int Paired, int Inferred, int True)
{
    /// <summary>Share of the inferred changepoints that are true; 1 when there are none.</summary>
    public double Precision => Inferred > 0 ? (double)Paired / Inferred : 1;

    /// <summary>Share of the true changepoints that were inferred; 1 when there are none.</summary>
    public double Recall => True > 0 ? (double)Paired / True : 1;

    /// <summary>F1 = 2 · paired / (inferred + true), 0 … 1; 1 when neither has any.</summary>
    public double Score => Inferred + True > 0 ? 2.0 * Paired / (Inferred + True) : 1;

    /// <summary>The frames t ≥ 1 whose label differs from the frame before; a change from or to −1 (unlabelled) is none.</summary>
    public static int[] Of(int[] labels) =>
        [.. Enumerable.Range(1, Math.Max(0, labels.Length - 1))
            .Where(t => labels[t] != labels[t - 1] && labels[t] >= 0 && labels[t - 1] >= 0)];

    /// <summary>F1 of the changepoints of one sequence, 0 … 1.</summary>
    /// <param name="inferred">Inferred states.</param>
    /// <param name="truth">True labels, −1 where unlabelled.</param>
    /// <param name="tolerance">Frames that a pair may be apart.</param>
    /// <exception cref="ArgumentException">Lengths differ or the tolerance is negative.</exception>
    public static double F1(int[] inferred, int[] truth, int tolerance = 3) => Compare([inferred], [truth], tolerance).Score;

    /// <summary>Counts over several sequences. Inferred changes where the truth is unlabelled are ignored.</summary>
    /// <param name="inferred">Inferred states, one array per sequence.</param>
    /// <param name="truth">True labels, one array per sequence, −1 where unlabelled.</param>
    /// <param name="tolerance">Frames that a pair may be apart.</param>
    /// <exception cref="ArgumentException">Lengths differ or the tolerance is negative.</exception>
    public static Changepoints Compare(IReadOnlyList<int[]> inferred, IReadOnlyList<int[]> truth, int tolerance = 3)
    {
        LabelSequences.RequireAligned(inferred, truth, "inferred", "truth");
        ArgumentOutOfRangeException.ThrowIfNegative(tolerance);
        var sum = new Changepoints(0, 0, 0);
        foreach (var (states, labels) in inferred.Zip(truth))
        {
            int[] a = [.. Of(states).Where(t => labels[t] >= 0 && labels[t - 1] >= 0)], b = Of(labels);
            sum = new Changepoints(sum.Paired + Pair(a, b, tolerance), sum.Inferred + a.Length, sum.True + b.Length);
        }
        return sum;
    }

    /// <summary>The most pairs: with one tolerance for all, pairing the earliest that fit is optimal.</summary>
    private static int Pair(int[] a, int[] b, int tolerance)
    {
        int pairs = 0;
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            if (Math.Abs(a[i] - b[j]) <= tolerance) (i, j, pairs) = (i + 1, j + 1, pairs + 1);
            else if (a[i] < b[j]) i++;
            else j++;
        }
        return pairs;
    }
}
