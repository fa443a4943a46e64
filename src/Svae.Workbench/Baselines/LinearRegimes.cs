using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>K linear regressions <c>x = M_k z + N(0, Q_k)</c> of a frame x [n] on its regressors z [p].</summary>
/// <param name="Coefficients">M, [K, n, p].</param>
/// <param name="Covariance">Q, [K, n, n].</param>
internal sealed record LinearRegimes(Tensor Coefficients, Tensor Covariance)
{
    /// <summary>
    /// The most probable regressions for second moments <c>S_k = Σ w f fᵀ</c> of <c>f = (x, z)</c> [K, d, d] and counts <c>Σ w</c> [K],
    /// prior included as pseudo-frames: <c>M = S_xz S_zz⁻¹</c>, <c>Q = (S_xx − M S_zx) / count</c>.
    /// </summary>
    public static LinearRegimes MostProbable(Tensor moments, Tensor counts, long n)
    {
        long p = moments.shape[^1] - n;
        Tensor xx = moments.narrow(-2, 0, n).narrow(-1, 0, n), zx = moments.narrow(-2, n, p).narrow(-1, 0, n);
        Tensor zz = moments.narrow(-2, n, p).narrow(-1, n, p);
        Tensor transposed = cholesky_solve(zx, linalg.cholesky(zz));
        Tensor residual = xx - transposed.mT.matmul(zx);
        return new LinearRegimes(transposed.mT, (residual + residual.mT) / (2 * counts.unsqueeze(-1).unsqueeze(-1)));
    }

    /// <summary>
    /// log N(x; M_k z, Q_k) written as <c>⟨Quadratic_k, f fᵀ⟩ + Constant_k</c>: Quadratic [K, d, d] = −½ [I −M]ᵀ Q⁻¹ [I −M],
    /// Constant [K] = −½ log|2πQ|. A sum over frames is the same form in their second moments.
    /// </summary>
    public (Tensor Quadratic, Tensor Constant) LogDensity()
    {
        long states = Covariance.shape[0], n = Covariance.shape[^1];
        Tensor root = linalg.cholesky(Covariance);
        Tensor identity = eye(n, dtype: Covariance.dtype, device: Covariance.device).expand(states, n, n);
        Tensor whitened = linalg.solve_triangular(root, cat([identity, -Coefficients], -1), upper: false);
        Tensor logDeterminant = root.diagonal(0, -2, -1).log().sum(-1);
        return (whitened.mT.matmul(whitened) * -0.5, -logDeterminant - 0.5 * n * Math.Log(2 * Math.PI));
    }
}
