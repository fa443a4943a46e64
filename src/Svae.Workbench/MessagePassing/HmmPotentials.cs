using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Log-potentials of a hidden Markov model over <c>z_1..z_T ∈ {0..K−1}</c>, not necessarily normalised:
/// <c>p(z) ∝ exp{ log π[z_1] + Σ_t log A[z_t, z_{t+1}] + Σ_t ℓ_t[z_t] }</c>.
/// </summary>
/// <remarks>float64. −∞ forbids a state or a transition; NaN and +∞ are refused.</remarks>
/// <param name="LogInitial">log π, shape [K] (shared) or [B, K].</param>
/// <param name="LogTransition">log A, row = from, column = to; shape [K, K] (shared) or [B, K, K].</param>
/// <param name="LogLikelihood">ℓ, shape [B, T, K]; a missing frame is a row of zeros.</param>
public sealed record HmmPotentials(Tensor LogInitial, Tensor LogTransition, Tensor LogLikelihood);
