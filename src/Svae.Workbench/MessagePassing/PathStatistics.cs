using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Expected statistics of a path x_1..x_T laid out as rows of matrices, so that potentials are averaged over q(x) by matrix products:
/// for each frame <c>(E x, E x xᵀ)</c> with the lower triangle of the second moment alone, and for each pair <c>E x_t x_{t+1}ᵀ</c>.
/// </summary>
internal static class PathStatistics
{
    /// <summary>Numbers in a frame's row: n and the n(n+1)/2 of a triangle.</summary>
    public static long Width(long n) => n + n * (n + 1) / 2;

    /// <param name="mean">E x_t, shape [B, T, n].</param>
    /// <param name="covariance">Cov x_t, shape [B, T, n, n], symmetric.</param>
    /// <param name="cross">Cov(x_t, x_{t+1}), shape [B, T − 1, n, n].</param>
    /// <returns>Frames [B, T, n + n(n+1)/2] and pairs [B, T − 1, n²].</returns>
    public static (Tensor Frames, Tensor Pairs) Of(Tensor mean, Tensor covariance, Tensor cross)
    {
        long later = mean.shape[1] - 1;
        Tensor second = addcmul(covariance, mean.unsqueeze(3), mean.unsqueeze(2), value: 1).flatten(2);
        Tensor pairs = addcmul(cross, mean.narrow(1, 0, later).unsqueeze(3), mean.narrow(1, 1, later).unsqueeze(2), value: 1).flatten(2);
        return (cat([mean, second.index_select(2, LowerTriangle(mean.shape[2], mean.device))], 2), pairs);
    }

    /// <summary>Weights [n + n(n+1)/2, K] that turn frames into <c>−½ E xᵀJ_k x + h_kᵀ E x</c>.</summary>
    /// <param name="J">Shape [K, n, n]; its gradient is symmetric.</param>
    /// <param name="h">Shape [K, n].</param>
    public static Tensor Weights(Tensor J, Tensor h)
    {
        long n = h.shape[1];
        Tensor scale = (0.25 * eye(n, dtype: J.dtype, device: J.device) - 0.5).flatten(); // each off-diagonal entry stands for two
        Tensor symmetric = (J + J.mT).flatten(1) * scale;
        return cat([h, symmetric.index_select(1, LowerTriangle(n, J.device))], 1).t();
    }

    private static Tensor LowerTriangle(long n, Device device) =>
        tensor([.. from i in Enumerable.Range(0, (int)n) from j in Enumerable.Range(0, i + 1) select i * n + j], device: device);
}
