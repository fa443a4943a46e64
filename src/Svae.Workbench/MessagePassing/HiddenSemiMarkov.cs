using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Exact inference in hidden semi-Markov models (Yu 2010, "Hidden semi-Markov models"): the interface of <see cref="ForwardBackward"/>
/// for states with explicit durations.
/// </summary>
/// <remarks>
/// A hidden semi-Markov model is a hidden Markov model whose state is the pair (k, r) of a state and the time steps its segment still
/// lasts: (k, r) counts down to (k, r − 1), and (k, 1) enters any (j, d) with weight A[k, j] P[j, d]. Whatever remains when the sequence
/// ends is the censored part. The fused and the sequential form use that structure, at K² + K·D a time step; the parallel form runs
/// <see cref="ForwardBackward"/> on all K·D pairs, which suits K·D up to about a hundred.
/// </remarks>
public static class HiddenSemiMarkov
{
    /// <summary>log Z, marginals and expected counts, differentiable with respect to all potentials.</summary>
    /// <param name="potentials">float64, see <see cref="HsmmPotentials"/>.</param>
    /// <param name="lengths">True length of each sequence, int64 [B], each in [1, T]; none means all are T.</param>
    /// <param name="form">Which implementation; all agree to 1e-9.</param>
    /// <exception cref="ArgumentException">A wrong shape or length, NaN or +∞; the message names symbol, sequence and time step.</exception>
    /// <exception cref="ImpossibleSequenceException">−∞ entries forbid every segmentation of a sequence.</exception>
    public static HsmmPosterior Infer(HsmmPotentials potentials, Tensor? lengths = null, MessagePassingForm form = MessagePassingForm.Auto)
    {
        var (shape, D) = Require(potentials, lengths);
        bool cpu = potentials.LogLikelihood.device_type == DeviceType.CPU;
        if (form == MessagePassingForm.Auto) form = cpu ? MessagePassingForm.Fused : MessagePassingForm.Sequential;
        return form switch
        {
            MessagePassingForm.Fused when !cpu => throw new ArgumentException($"form: Fused runs on the CPU, potentials.LogLikelihood is on {potentials.LogLikelihood.device}; take Sequential"),
            MessagePassingForm.Fused => ExactEverywhere(FusedHiddenSemiMarkov.Infer(potentials, shape), potentials, shape),
            MessagePassingForm.Sequential => LogSpaceHiddenSemiMarkov.Infer(potentials, shape),
            _ => OnPairs(potentials, shape, D, lengths),
        };
    }

    /// <summary>Inference in the hidden Markov model over pairs, parallel in time.</summary>
    private static HsmmPosterior OnPairs(HsmmPotentials potentials, HmmShape shape, long D, Tensor? lengths)
    {
        var (B, T, K, _) = shape;
        var (logZ, countdown, pairs) = ForwardBackward.Infer(Countdown(potentials, K, D), lengths, MessagePassingForm.Parallel);
        countdown = countdown.reshape(B, T, K, D);                                           // p(z_t = k, r steps remain)
        Tensor entered = pairs.reshape(B, K, D, K, D).select(2, 0);                          // Σ_t p(i ends at t, then j for d steps)
        Tensor continued = nn.functional.pad(countdown.narrow(1, 0, T - 1).narrow(3, 1, D - 1), [0, 1, 0, 0, 1, 0]);
        return new HsmmPosterior(logZ,
            Marginals: countdown.sum(dim: -1),
            SegmentStarts: (countdown - continued).sum(dim: -1) * SequenceMask.Of(lengths, B, T, logZ.device),
            TransitionCounts: entered.sum(dim: -1),
            DurationCounts: entered.sum(dim: 1) + countdown.select(1, 0));
    }

    /// <summary>Infers again, in log-space, the sequences whose log Z the scaled form left NaN.</summary>
    private static HsmmPosterior ExactEverywhere(HsmmPosterior scaled, HsmmPotentials potentials, HmmShape shape)
    {
        using var scope = NewDisposeScope();
        if (ExtremeSequences.Of(scaled.LogZ, shape) is not { } extreme) return scaled;
        var (initial, transition, duration, likelihood) = potentials;
        HsmmPosterior exact = LogSpaceHiddenSemiMarkov.Infer(
            new HsmmPotentials(extreme.PartOf(initial, 1), extreme.PartOf(transition, 2), extreme.PartOf(duration, 2), extreme.PartOf(likelihood, 0)), extreme.Shape);
        return new HsmmPosterior(
            extreme.Into(scaled.LogZ, exact.LogZ), extreme.Into(scaled.Marginals, exact.Marginals), extreme.Into(scaled.SegmentStarts, exact.SegmentStarts),
            extreme.Into(scaled.TransitionCounts, exact.TransitionCounts), extreme.Into(scaled.DurationCounts, exact.DurationCounts));
    }

    /// <summary>The most probable segmentation, [B, T]; not differentiable.</summary>
    /// <inheritdoc cref="Infer" path="/exception"/>
    public static SegmentedPath MostProbablePath(HsmmPotentials potentials, Tensor? lengths = null)
    {
        var (shape, _) = Require(potentials, lengths);
        return SegmentedPaths.MostProbable(potentials, shape);
    }

    /// <summary>Independent draws of whole segmentations, [S, B, T].</summary>
    /// <param name="potentials">float64, see <see cref="HsmmPotentials"/>.</param>
    /// <param name="generator">Where the randomness comes from: a CPU generator.</param>
    /// <param name="count">S, segmentations for each sequence.</param>
    /// <param name="lengths">True length of each sequence, int64 [B], each in [1, T]; none means all are T.</param>
    /// <inheritdoc cref="Infer" path="/exception"/>
    public static SegmentedPath SamplePaths(HsmmPotentials potentials, Generator generator, int count, Tensor? lengths = null)
    {
        var (shape, _) = Require(potentials, lengths);
        return SegmentedPaths.Sample(potentials, shape, generator, count);
    }

    /// <summary>The hidden Markov model over pairs (k, r), numbered k·D + r − 1.</summary>
    private static HmmPotentials Countdown(HsmmPotentials potentials, long K, long D)
    {
        var (initial, transition, duration, likelihood) = potentials;
        Tensor entering = transition.unsqueeze(-1) + duration.unsqueeze(-3);                 // [.., from, to, D]
        Tensor fromLast = entering.flatten(-2).unsqueeze(-2);                                // rows (k, 1): [.., K, 1, K·D]
        Tensor fromOthers = eye(K * D, dtype: ScalarType.Float64, device: likelihood.device).log().reshape(K, D, K * D).narrow(1, 0, D - 1);
        long[] batch = fromLast.shape[..^3];
        Tensor rows = cat([fromLast, fromOthers.expand([.. batch, K, D - 1, K * D])], -2);
        return new HmmPotentials(
            (initial.unsqueeze(-1) + duration).flatten(-2),
            rows.flatten(-3, -2),
            likelihood.unsqueeze(-1).expand(-1, -1, -1, D).flatten(-2));
    }

    private static (HmmShape Shape, long D) Require(HsmmPotentials potentials, Tensor? lengths)
    {
        var (initial, transition, duration, likelihood) = potentials;
        HmmShape shape = HmmShape.Require(new HmmPotentials(initial, transition, likelihood), lengths);
        HmmShape.RequireShape(duration, "potentials.LogDuration", shape.B, ("state", shape.K), ("duration", -1));
        HmmShape.RequireLogPotential(duration, "potentials.LogDuration", duration.dim() == 3 ? ["sequence", "state", "duration index"] : ["state", "duration index"]);
        long D = duration.shape[^1];
        return D > 0 ? (shape, D) : throw new ArgumentException("potentials.LogDuration: expected at least one duration, got [.., 0]");
    }
}
