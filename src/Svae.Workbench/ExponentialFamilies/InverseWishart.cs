using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies;

/// <summary>
/// The inverse-Wishart part <c>Σ ~ IW(S, ν)</c> that the normal- and the matrix-normal-inverse-Wishart share,
/// given the Cholesky factor <c>S = LLᵀ</c>. Nothing is inverted but triangular factors.
/// </summary>
internal static class InverseWishart
{
    /// <summary>½νn log 2 + log Γ_n(ν/2) − ½ν log|S|, shape [...].</summary>
    public static Tensor LogPartition(Tensor factor, Tensor nu)
    {
        long n = factor.shape[^1];
        return 0.5 * n * Math.Log(2) * nu + MultivariateGamma.Log(nu / 2, n) - nu * PositiveDefinite.HalfLogDeterminant(factor);
    }

    /// <summary>E log|Σ⁻¹| = ψ_n(ν/2) + n log 2 − log|S|, shape [...].</summary>
    public static Tensor ExpectedLogDeterminant(Tensor factor, Tensor nu)
    {
        long n = factor.shape[^1];
        return MultivariateGamma.Digamma(nu / 2, n) + n * Math.Log(2) - 2 * PositiveDefinite.HalfLogDeterminant(factor);
    }

    /// <summary>Draws of a factor R of Σ = RᵀR, shape [count, ..., n, n], by Bartlett's decomposition of the Wishart precision.</summary>
    /// <remarks>Σ⁻¹ = L⁻ᵀ T Tᵀ L⁻¹ with T lower triangular, T_ii² ~ χ²(ν − i) for i = 0 … n − 1, T_ij ~ N(0, 1); so R = T⁻¹Lᵀ.</remarks>
    public static Tensor SampleFactor(Tensor factor, Tensor nu, Generator generator, int count)
    {
        long n = factor.shape[^1];
        Tensor degrees = nu.unsqueeze(-1) - arange(n, dtype: nu.dtype, device: nu.device);
        Tensor halves = (degrees / 2).expand([count, .. degrees.shape]).contiguous();
        Tensor diagonal = (2 * _standard_gamma(halves, generator)).sqrt();
        Tensor bartlett = randn([count, .. factor.shape], dtype: nu.dtype, device: nu.device, generator: generator).tril(-1)
            + diag_embed(diagonal);
        return linalg.solve_triangular(bartlett, factor.mT.expand_as(bartlett), upper: false);
    }
}
