namespace Svae.Workbench.Diagnostics;

/// <summary>Checks of label sequences: one array per recording, one label per frame, −1 where there is none.</summary>
internal static class LabelSequences
{
    /// <exception cref="ArgumentException">"inferred[3] has 500 frames, truth[3] has 499".</exception>
    public static void RequireAligned(IReadOnlyList<int[]> a, IReadOnlyList<int[]> b, string nameA, string nameB)
    {
        ArgumentNullException.ThrowIfNull(a, nameA);
        ArgumentNullException.ThrowIfNull(b, nameB);
        if (a.Count != b.Count) throw new ArgumentException($"{nameA} has {a.Count} sequences, {nameB} has {b.Count}");
        for (int s = 0; s < a.Count; s++)
            if (a[s].Length != b[s].Length)
                throw new ArgumentException($"{nameA}[{s}] has {a[s].Length} frames, {nameB}[{s}] has {b[s].Length}");
    }

    /// <summary>Every frame that has a true label has an inferred state.</summary>
    /// <exception cref="ArgumentException">"inferred[0][17] = −1, but truth[0][17] = 4: …".</exception>
    public static void RequireInferred(IReadOnlyList<int[]> inferred, IReadOnlyList<int[]> truth)
    {
        RequireAligned(inferred, truth, "inferred", "truth");
        for (int s = 0; s < truth.Count; s++)
            for (int t = 0; t < truth[s].Length; t++)
                if (truth[s][t] >= 0 && inferred[s][t] < 0)
                    throw new ArgumentException($"inferred[{s}][{t}] = {inferred[s][t]}, but truth[{s}][{t}] = {truth[s][t]}: "
                        + "every labelled frame needs an inferred state");
    }

    /// <summary>One more than the largest label.</summary>
    /// <exception cref="ArgumentException">A label is below −1.</exception>
    public static int Count(IReadOnlyList<int[]> labels, string name)
    {
        int count = 0;
        for (int s = 0; s < labels.Count; s++)
            for (int t = 0; t < labels[s].Length; t++)
            {
                if (labels[s][t] < -1)
                    throw new ArgumentException($"{name}[{s}][{t}] = {labels[s][t]}: a label is 0 or more, or −1 for none");
                count = Math.Max(count, labels[s][t] + 1);
            }
        return count;
    }
}
