using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// The log-partition function of <see cref="HsmmPotentials"/> and its gradient, the expected statistics: <c>Marginals</c> = ∂log Z/∂ℓ,
/// <c>TransitionCounts</c> = ∂log Z/∂log A, <c>DurationCounts</c> = ∂log Z/∂log P, and the first row of <c>SegmentStarts</c> = ∂log Z/∂log π.
/// </summary>
/// <param name="LogZ">log of the sum over all segmentations, shape [B].</param>
/// <param name="Marginals">p(z_t = k), shape [B, T, K]; zero past a sequence's length.</param>
/// <param name="SegmentStarts">p(a segment of state k starts at t), shape [B, T, K]; zero past a sequence's length.</param>
/// <param name="TransitionCounts">Expected number of segments of state i followed by one of state j, shape [B, K, K].</param>
/// <param name="DurationCounts">Expected number of segments of state k that last d time steps, whole even where censored; shape [B, K, D].</param>
public sealed record HsmmPosterior(Tensor LogZ, Tensor Marginals, Tensor SegmentStarts, Tensor TransitionCounts, Tensor DurationCounts);
