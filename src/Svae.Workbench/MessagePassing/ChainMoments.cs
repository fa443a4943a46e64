using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>First two moments of Gaussian states, one for each frame (and, for predictions, each number of steps ahead).</summary>
/// <param name="Mean">E x, shape [..., B, T, n].</param>
/// <param name="Covariance">Cov(x), shape [..., B, T, n, n].</param>
public sealed record ChainMoments(Tensor Mean, Tensor Covariance);

/// <summary>
/// Linear terms <c>exp(k1_tᵀ x_t + k2_tᵀ x_{t+1})</c> of the pair potentials. Affine dynamics <c>x_{t+1} ~ N(A x_t + b, Λ⁻¹)</c> have
/// <c>k1 = −AᵀΛb, k2 = Λb</c>. Smoothing may add them to <c>hn</c>, where they do the same; filtering and prediction must tell what
/// belongs to the node at a frame from what leads on to the next.
/// </summary>
/// <param name="Earlier">k1, shape [n] shared by all steps, or [B, T−1, n].</param>
/// <param name="Later">k2, shaped as <paramref name="Earlier"/>.</param>
public sealed record PairLinearTerms(Tensor Earlier, Tensor Later);
