using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Log-potentials of a hidden semi-Markov model (explicit-duration states): a sequence is cut into segments of states
/// <c>k_1, k_2, …</c> that last <c>d_1, d_2, … ∈ {1..D}</c> time steps, with
/// <c>p ∝ exp{ log π[k_1] + Σ_s log A[k_s, k_{s+1}] + Σ_s log P[k_s, d_s] + Σ_t ℓ_t[z_t] }</c>, <c>z_t</c> the state of the segment that covers t.
/// </summary>
/// <remarks>
/// The last segment is censored on the right: it may run past the end of the sequence, so that its observed part only has to be at most
/// d long. The first segment starts at the first time step. float64, not necessarily normalised; −∞ forbids. A diagonal of −∞ in log A
/// makes neighbouring segments differ in state.
/// </remarks>
/// <param name="LogInitial">log π, shape [K] (shared) or [B, K].</param>
/// <param name="LogTransition">log A between segments, row = from; shape [K, K] (shared) or [B, K, K].</param>
/// <param name="LogDuration">log P[k, d−1] of a segment of state k lasting d time steps; shape [K, D] (shared) or [B, K, D].</param>
/// <param name="LogLikelihood">ℓ, shape [B, T, K].</param>
public sealed record HsmmPotentials(Tensor LogInitial, Tensor LogTransition, Tensor LogDuration, Tensor LogLikelihood);
