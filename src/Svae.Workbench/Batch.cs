using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench;

/// <summary>A minibatch of subsequences, padded to the longest.</summary>
/// <param name="Observations">y, float32 [B, T, D]; any finite number where a frame is missing or past its sequence's end.</param>
/// <param name="Lengths">Length of each subsequence, int64 [B].</param>
/// <param name="Observed">1 where a frame was observed, 0 where it is missing or past the end, float32 [B, T].</param>
/// <param name="Scale">s = frames in the whole data / frames in this batch.</param>
public sealed record Batch(Tensor Observations, Tensor Lengths, Tensor Observed, double Scale)
{
    /// <summary>Known discrete states, int64 [B, T], −1 where a frame's state is not known; null when none is.</summary>
    public Tensor? Labels { get; init; }

    /// <summary>Sequences of one length, every frame observed, as all the data there is.</summary>
    /// <param name="observations">y, float32 [B, T, D].</param>
    public static Batch Whole(Tensor observations)
    {
        var (batch, frames) = (observations.shape[0], observations.shape[1]);
        return new Batch(observations, full(batch, frames, ScalarType.Int64, observations.device),
            ones([batch, frames], ScalarType.Float32, observations.device), 1);
    }

    /// <summary>The same sequences with the frames from, …, to − 1 of each of them missing.</summary>
    /// <param name="from">First missing frame.</param>
    /// <param name="to">First frame after them.</param>
    /// <exception cref="ArgumentException">Not 0 ≤ from &lt; to ≤ T.</exception>
    public Batch Hide(long from, long to)
    {
        long frames = Observed.shape[1];
        if (!(0 <= from && from < to && to <= frames)) throw new ArgumentException($"from and to: expected 0 ≤ from < to ≤ {frames}, got {from} and {to}");
        Tensor observed = Observed.clone();
        observed.narrow(1, from, to - from).zero_();
        return this with { Observed = observed };
    }

    /// <summary>Frames in the batch, padding left out.</summary>
    public long Frames => Lengths.sum().item<long>();
}
