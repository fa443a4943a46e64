using System.Globalization;

namespace Svae.Workbench.Diagnostics;

/// <summary>How well a segmentation agrees with the truth, in the four numbers that segmentations are compared by.</summary>
/// <param name="Accuracy">Share of labelled frames correct after <see cref="StateMatching"/>; a state without a partner is wrong.</param>
/// <param name="Nmi">Normalised mutual information, arithmetic mean (<see cref="LabelAgreement"/>).</param>
/// <param name="Ari">Adjusted Rand index (<see cref="LabelAgreement"/>).</param>
/// <param name="ChangepointF1">F1 of the moments of change, within the tolerance (<see cref="Changepoints"/>).</param>
public sealed record SegmentationScore(double Accuracy, double Nmi, double Ari, double ChangepointF1)
{
    /// <summary>Frames that an inferred changepoint may be off by default.</summary>
    public const int DefaultTolerance = 3;

    /// <summary>The score of one sequence, matched on itself.</summary>
    /// <param name="inferred">Inferred state of each frame.</param>
    /// <param name="truth">True label of each frame, −1 where unlabelled: those frames are ignored.</param>
    /// <param name="tolerance">Frames that an inferred changepoint may be off.</param>
    /// <exception cref="ArgumentException">Lengths differ, no frame is labelled, or a labelled frame has no inferred state.</exception>
    public static SegmentationScore Of(int[] inferred, int[] truth, int tolerance = DefaultTolerance) => Of([inferred], [truth], tolerance);

    /// <summary>The score over several sequences that share their states, matched on themselves. All frames weigh the same.</summary>
    /// <param name="inferred">Inferred states, one array per sequence.</param>
    /// <param name="truth">True labels, one array per sequence, −1 where unlabelled: those frames are ignored.</param>
    /// <param name="tolerance">Frames that an inferred changepoint may be off.</param>
    /// <exception cref="ArgumentException">Lengths differ, no frame is labelled, or a labelled frame has no inferred state.</exception>
    public static SegmentationScore Of(IReadOnlyList<int[]> inferred, IReadOnlyList<int[]> truth, int tolerance = DefaultTolerance) =>
        Of(inferred, truth, StateMatching.Match(inferred, truth), tolerance);

    /// <summary>The score over sequences that the matching was not found on: match on training data, score on held-out data.</summary>
    /// <param name="inferred">Inferred states, one array per sequence.</param>
    /// <param name="truth">True labels, one array per sequence, −1 where unlabelled: those frames are ignored.</param>
    /// <param name="matching">The matching found on other sequences; only the accuracy depends on it.</param>
    /// <param name="tolerance">Frames that an inferred changepoint may be off.</param>
    /// <exception cref="ArgumentException">Lengths differ, no frame is labelled, or a labelled frame has no inferred state.</exception>
    public static SegmentationScore Of(
        IReadOnlyList<int[]> inferred, IReadOnlyList<int[]> truth, StateMatching matching, int tolerance = DefaultTolerance) =>
        new(matching.AccuracyOn(inferred, truth), LabelAgreement.Nmi(inferred, truth), LabelAgreement.Ari(inferred, truth),
            Changepoints.Compare(inferred, truth, tolerance).Score);

    /// <summary>"accuracy 0.600, NMI 0.650, ARI 0.520, changepoint F1 0.240".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"accuracy {Accuracy:0.000}, NMI {Nmi:0.000}, ARI {Ari:0.000}, changepoint F1 {ChangepointF1:0.000}");
}
