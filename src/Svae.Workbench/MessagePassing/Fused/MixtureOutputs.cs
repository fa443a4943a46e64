using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// Memory of the outputs, or of their gradients, point by point: γ' [N, K], r [N, K], surrogate [N], −KL [N], mean [N, n], covariance
/// [N, n, n], samples [S, N, n]. Of an absent gradient the pointer is null.
/// </summary>
internal readonly unsafe struct MixtureOutputs
{
    public readonly double* Responsibilities, Evidence, Surrogate, NegativeKl, Mean, Covariance, Samples;

    /// <param name="all">The tensors in this order, contiguous; null or undefined ones are absent.</param>
    public MixtureOutputs(IReadOnlyList<Tensor?> all)
    {
        double* At(int i) => i < all.Count && all[i] is { IsInvalid: false } defined ? Native.Doubles(defined) : null;
        Responsibilities = At(0);
        Evidence = At(1);
        Surrogate = At(2);
        NegativeKl = At(3);
        Mean = At(4);
        Covariance = At(5);
        Samples = At(6);
    }

    /// <summary>Tensors for the outputs.</summary>
    public static List<Tensor> Room(MixtureSize size)
    {
        var (N, K, n, S) = size;
        long[][] shapes = [[N, K], [N, K], [N], [N], [N, n], [N, n, n], .. S > 0 ? new long[][] { [S, N, n] } : []];
        return [.. shapes.Select(shape => empty(shape, ScalarType.Float64))];
    }

    /// <summary>Brings a group's gradients into lanes.</summary>
    public void Load<V, M>(MixtureGradient to, int group, MixtureSize size) where V : struct where M : struct, ILanes<V>
    {
        var (N, K, n, S) = size;
        int w = M.Width;
        to.Clear();
        PointLanes<V, M>.LoadGradient(group, N, Responsibilities, K, to.Responsibilities, w);
        PointLanes<V, M>.LoadGradient(group, N, Evidence, K, to.Evidence, w);
        PointLanes<V, M>.LoadGradient(group, N, Surrogate, 1, to.Total, w);
        PointLanes<V, M>.LoadGradient(group, N, NegativeKl, 1, to.NegativeKl, w);
        M.Store(to.Total, M.Add(M.Load(to.Total), M.Load(to.NegativeKl)));
        PointLanes<V, M>.LoadGradient(group, N, Mean, n, to.Mean.Data, w);
        PointLanes<V, M>.LoadGradient(group, N, Covariance, n * n, to.Covariance.Data, w);
        if (Samples is null) return;
        for (int s = 0; s < S; s++) PointLanes<V, M>.LoadGradient(group, N, Samples + (long)s * N * n, n, to.Samples.At(0, s), to.Samples.RowStride);
    }
}
