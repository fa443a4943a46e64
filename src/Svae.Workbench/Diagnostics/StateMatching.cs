namespace Svae.Workbench.Diagnostics;

/// <summary>
/// The one-to-one matching σ of inferred states to true labels that makes the most frames correct,
/// <c>max_σ Σ_t 1[σ(inferred_t) = truth_t]</c> (<see cref="Hungarian"/>): states are exchangeable, so a segmentation is scored after it.
/// </summary>
/// <param name="InferredToTrue">The true label of each inferred state, −1 for a state without a partner.</param>
/// <param name="Accuracy">Share of the labelled frames that are correct under the matching, on the data it was found on, 0 … 1.</param>
public sealed record StateMatching(int[] InferredToTrue, double Accuracy)
{
    /// <summary>The best matching on one sequence.</summary>
    /// <param name="inferred">Inferred state of each frame.</param>
    /// <param name="truth">True label of each frame, −1 where unlabelled: those frames are ignored.</param>
    /// <exception cref="ArgumentException">Lengths differ, no frame is labelled, or a labelled frame has no inferred state.</exception>
    public static StateMatching Match(int[] inferred, int[] truth) => Match([inferred], [truth]);

    /// <summary>The best matching over several sequences that share their states.</summary>
    /// <param name="inferred">Inferred states, one array per sequence.</param>
    /// <param name="truth">True labels, one array per sequence, −1 where unlabelled: those frames are ignored.</param>
    /// <exception cref="ArgumentException">Lengths differ, no frame is labelled, or a labelled frame has no inferred state.</exception>
    public static StateMatching Match(IReadOnlyList<int[]> inferred, IReadOnlyList<int[]> truth)
    {
        LabelSequences.RequireInferred(inferred, truth);
        var together = Contingency.Of(inferred, truth, "inferred", "truth");
        int states = together.Counts.GetLength(0), labels = together.Counts.GetLength(1);
        var weight = new double[states, labels];
        for (int i = 0; i < states; i++)
            for (int j = 0; j < labels; j++) weight[i, j] = together.Counts[i, j];
        int[] matched = Hungarian.Maximise(weight);
        long correct = 0;
        for (int i = 0; i < states; i++)
        {
            if (matched[i] < 0) continue;
            if (together.Counts[i, matched[i]] == 0) matched[i] = -1; // partners that never meet are none
            else correct += together.Counts[i, matched[i]];
        }
        return new StateMatching(matched, (double)correct / together.Total);
    }

    /// <summary>The segmentation in true labels; −1 for a state without a partner, and for one that was never seen when matching.</summary>
    public int[] Apply(int[] inferred) =>
        [.. inferred.Select(state => state >= 0 && state < InferredToTrue.Length ? InferredToTrue[state] : -1)];

    /// <summary>Share of labelled frames that this matching, found on other sequences, makes correct on these.</summary>
    /// <param name="inferred">Inferred states, one array per sequence.</param>
    /// <param name="truth">True labels, one array per sequence, −1 where unlabelled.</param>
    /// <exception cref="ArgumentException">Lengths differ, no frame is labelled, or a labelled frame has no inferred state.</exception>
    public double AccuracyOn(IReadOnlyList<int[]> inferred, IReadOnlyList<int[]> truth)
    {
        LabelSequences.RequireInferred(inferred, truth);
        long correct = 0, labelled = 0;
        for (int s = 0; s < truth.Count; s++)
        {
            int[] translated = Apply(inferred[s]);
            for (int t = 0; t < translated.Length; t++)
            {
                if (truth[s][t] < 0) continue;
                labelled++;
                if (translated[t] == truth[s][t]) correct++;
            }
        }
        return labelled > 0 ? (double)correct / labelled : throw new ArgumentException("truth: no frame is labelled");
    }
}
