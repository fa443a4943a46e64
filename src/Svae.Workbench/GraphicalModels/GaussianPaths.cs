using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>
/// The density of a Gaussian Markov chain from its first two moments:
/// <c>log q(x) = log N(x_1; m_1, Σ_1) + Σ_t log N(x_{t+1}; m_{t+1} + C_tᵀΣ_t⁻¹(x_t − m_t), Σ_{t+1} − C_tᵀΣ_t⁻¹C_t)</c>.
/// </summary>
internal static class GaussianPaths
{
    /// <summary>log q(x), shape [S, B].</summary>
    /// <param name="mean">E x_t, shape [B, T, n].</param>
    /// <param name="covariance">Cov x_t, shape [B, T, n, n]; anything past a sequence's end.</param>
    /// <param name="cross">Cov(x_t, x_{t+1}), shape [B, T − 1, n, n]; independent frames when absent.</param>
    /// <param name="lengths">Length of each sequence, int64 [B]; all T when absent.</param>
    /// <param name="paths">x, shape [S, B, T, n].</param>
    public static Tensor LogDensity(Tensor mean, Tensor covariance, Tensor? cross, Tensor? lengths, Tensor paths)
    {
        var (batch, frames, n) = (mean.shape[0], mean.shape[1], mean.shape[2]);
        Tensor mask = SequenceMask.Of(lengths, batch, frames, mean.device);
        Tensor identity = eye(n, dtype: mean.dtype, device: mean.device);
        covariance = covariance * mask.unsqueeze(3) + identity * (1 - mask).unsqueeze(3);
        Tensor away = (paths - mean) * mask;
        if (cross is not null && frames > 1)
        {
            Tensor past = covariance.narrow(1, 0, frames - 1), root = linalg.cholesky(past);
            Tensor gain = cholesky_solve(cross, root).mT; // C_tᵀΣ_t⁻¹
            Tensor given = covariance.narrow(1, 1, frames - 1) - matmul(gain, cross);
            covariance = cat([covariance.narrow(1, 0, 1), (given + given.mT) / 2], 1);
            Tensor predicted = matmul(gain, away.narrow(2, 0, frames - 1).unsqueeze(4)).squeeze(4);
            away = cat([away.narrow(2, 0, 1), away.narrow(2, 1, frames - 1) - predicted], 2) * mask;
        }
        Tensor factor = linalg.cholesky(covariance);
        Tensor white = linalg.solve_triangular(factor, away.unsqueeze(4), upper: false).squeeze(4);
        Tensor halfLogDeterminant = factor.diagonal(0, -2, -1).log().sum(-1);
        Tensor each = -0.5 * white.square().sum(-1) - halfLogDeterminant - 0.5 * n * Math.Log(2 * Math.PI);
        return (each * mask.squeeze(2)).sum(-1);
    }
}
