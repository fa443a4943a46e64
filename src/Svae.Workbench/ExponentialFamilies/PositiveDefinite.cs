using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies;

/// <summary>What is read off the Cholesky factor L of a symmetric positive definite matrix LLᵀ, batched.</summary>
internal static class PositiveDefinite
{
    /// <summary>½ log|LLᵀ| = Σ_i log L_ii, shape [...].</summary>
    public static Tensor HalfLogDeterminant(Tensor factor) => factor.diagonal(0, -2, -1).log().sum(-1);

    /// <summary>R = L⁻¹, so that (LLᵀ)⁻¹ = RᵀR and |Rx|² = xᵀ(LLᵀ)⁻¹x; shape [..., n, n].</summary>
    public static Tensor InverseFactor(Tensor factor) =>
        linalg.solve_triangular(factor, eye(factor.shape[^1], dtype: factor.dtype, device: factor.device).expand_as(factor), upper: false);
}
