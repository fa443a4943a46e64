using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>Known discrete states as log-potentials: 0 for every state of a frame that has no label, −∞ for all but the known one.</summary>
internal static class StateLabels
{
    /// <summary>Log-potentials, float64 [B, T, K], or null when no state is known.</summary>
    /// <param name="labels">int64 [B, T], −1 where unknown.</param>
    /// <param name="batch">B.</param>
    /// <param name="frames">T.</param>
    /// <param name="states">K.</param>
    /// <exception cref="ArgumentException">A label lies outside −1..K − 1; the message names it.</exception>
    public static Tensor? LogPotentials(Tensor? labels, long batch, long frames, int states)
    {
        if (labels is null) return null;
        Guard.Shape(labels, "labels", ("sequence", batch), ("time", frames));
        if (labels.dtype != ScalarType.Int64) throw new ArgumentException($"labels: expected int64, got {labels.dtype}");
        using Tensor wrong = (labels < -1).logical_or(labels >= states).nonzero();
        if (wrong.shape[0] > 0)
        {
            var (b, t) = (wrong[0, 0].item<long>(), wrong[0, 1].item<long>());
            throw new ArgumentException($"labels[{b}, {t}] = {labels[b, t].item<long>()}: a state lies in 0..{states - 1}, or is −1 where it is not known");
        }
        Tensor other = arange(states, ScalarType.Int64, labels.device) != labels.unsqueeze(2), known = (labels >= 0).unsqueeze(2);
        return zeros([batch, frames, states], ScalarType.Float64, labels.device).masked_fill(other.logical_and(known), double.NegativeInfinity);
    }

    /// <summary>States to keep, as an index.</summary>
    /// <exception cref="ArgumentException">There is none, or one is not there or named twice.</exception>
    public static Tensor Kept(IReadOnlyList<int> states, int count)
    {
        if (states.Count == 0) throw new ArgumentException("states: at least one has to be kept");
        if (states.Distinct().Count() != states.Count || states.Any(k => k < 0 || k >= count))
            throw new ArgumentException($"states: expected different ones in 0..{count - 1}, got {string.Join(", ", states)}");
        return tensor(states.Select(k => (long)k).ToArray());
    }
}
