using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Oracles;

/// <summary>E_q(θ) of log densities from the standard parameters of q(θ), as the textbooks write them.</summary>
internal static class ExpectedDensities
{
    /// <summary>E log N(x; μ_k, Σ_k), [P], of points x [P, n]: −½ (x − m)ᵀ νS⁻¹ (x − m) − ½ n/κ + ½ E log|Λ| − (n/2) log 2π.</summary>
    public static Tensor Normal(NormalInverseWishart.Natural eta, long k, Tensor x)
    {
        var (m, kappa, S, nu) = NormalInverseWishart.ToStandard(eta);
        return Gaussian(x - m[k], S[k], nu[k].item<double>()) - 0.5 * x.shape[1] / kappa[k];
    }

    /// <summary>E log N(x'; A_k x + b_k, Q_k), [P], with x̃ = (x, 1): −½ (x' − M x̃)ᵀ νS⁻¹ (x' − M x̃) − ½ n x̃ᵀK x̃ + ½ E log|Λ| − (n/2) log 2π.</summary>
    public static Tensor Step(MatrixNormalInverseWishart.Natural eta, long k, Tensor x, Tensor next)
    {
        var (M, K, S, nu) = MatrixNormalInverseWishart.ToStandard(eta);
        Tensor affine = cat([x, ones([x.shape[0], 1], ScalarType.Float64)], 1);
        return Gaussian(next - affine.matmul(M[k].mT), S[k], nu[k].item<double>()) - 0.5 * x.shape[1] * (affine.matmul(K[k]) * affine).sum([1L]);
    }

    /// <summary>E log π_k = ψ(α_k) − ψ(Σα).</summary>
    public static Tensor LogProbabilities(Dirichlet.Natural eta) => digamma(eta.Eta + 1) - digamma((eta.Eta + 1).sum(-1, keepdim: true));

    private static Tensor Gaussian(Tensor error, Tensor S, double nu)
    {
        long n = error.shape[1];
        Tensor logDeterminant = digamma((nu - arange(n, ScalarType.Float64)) / 2).sum() + n * Math.Log(2) - linalg.slogdet(S).Item2;
        return -0.5 * nu * (error.matmul(linalg.inv(S)) * error).sum([1L]) + 0.5 * logDeterminant - 0.5 * n * Math.Log(2 * Math.PI);
    }
}
