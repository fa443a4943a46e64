using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>One path, or many, through a hidden semi-Markov model.</summary>
/// <param name="States">z_t, int64 [..., T]; −1 past a sequence's length.</param>
/// <param name="Remaining">Time steps that the segment covering t still lasts, this one included, int64 [..., T]: the next segment starts
/// after a 1. What remains at a sequence's last time step, less one, is how far the censored segment runs past it. −1 past a sequence's length.</param>
public sealed record SegmentedPath(Tensor States, Tensor Remaining);
