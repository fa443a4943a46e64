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

    /// <summary>Frames in the batch, padding left out.</summary>
    public long Frames => Lengths.sum().item<long>();
}
