using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>Memory of one sequence's means [T, n], covariances [T, n, n] and cross-covariances [T − 1, n, n], or of their gradients.</summary>
internal readonly unsafe struct PathMoments(double* mean, double* covariance, double* cross, int T, int n)
{
    public readonly double* Mean = mean, Covariance = covariance, Cross = cross;

    /// <summary>The first sequence of contiguous tensors [B, T, n], [B, T, n, n] and [B, T − 1, n, n].</summary>
    public static PathMoments Of(Tensor mean, Tensor covariance, Tensor cross) => new(
        Native.Doubles(mean), Native.Doubles(covariance), cross.numel() == 0 ? null : Native.Doubles(cross), (int)mean.shape[1], (int)mean.shape[2]);

    /// <summary>The sequence b places on.</summary>
    public PathMoments this[int b] => new(Mean + (long)b * T * n, Covariance + (long)b * T * n * n, Cross + (long)b * (T - 1) * n * n, T, n);
}
