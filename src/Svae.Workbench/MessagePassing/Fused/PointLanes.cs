using System.Runtime.CompilerServices;
using static TorchSharp.torch;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// Points in groups of lanes, and back: point <c>g·W + l</c> stands in lane l of group g. Lanes beyond the batch repeat the last point;
/// nothing of theirs is written and no gradient reaches them.
/// </summary>
internal static unsafe class PointLanes<V, M> where V : struct where M : struct, ILanes<V>
{
    public static int Groups(int points) => (points + M.Width - 1) / M.Width;

    /// <summary>Brings <paramref name="count"/> numbers of each of a group's points, side by side in memory, into lanes.</summary>
    /// <param name="group">The group.</param>
    /// <param name="points">N.</param>
    /// <param name="source">Numbers of point 0.</param>
    /// <param name="count">Numbers of a point.</param>
    /// <param name="lanes">Where they go.</param>
    /// <param name="stride">Doubles from one number's lanes to the next one's.</param>
    [MethodImpl(AggressiveOptimization)]
    public static void Load(int group, int points, double* source, int count, double* lanes, nint stride)
    {
        double** from = stackalloc double*[M.Width];
        for (int l = 0; l < M.Width; l++) from[l] = source + (nint)Math.Min(group * M.Width + l, points - 1) * count;
        LaneTransfer.Gather(lanes, stride, from, M.Width, count, 0);
    }

    /// <summary>As <see cref="Load"/>, for gradients: zero in lanes that repeat a point, and nothing to do where there are none.</summary>
    public static void LoadGradient(int group, int points, double* source, int count, double* lanes, nint stride)
    {
        if (source is null) return;
        Load(group, points, source, count, lanes, stride);
        for (int l = points - group * M.Width; l < M.Width; l++)
            for (int e = 0; e < count; e++) lanes[e * stride + l] = 0;
    }

    /// <summary>The way back.</summary>
    public static void Save(int group, int points, double* lanes, nint stride, double* target, int count)
    {
        double** to = stackalloc double*[M.Width];
        for (int l = 0; l < M.Width; l++) to[l] = group * M.Width + l < points ? target + (nint)(group * M.Width + l) * count : null;
        LaneTransfer.Scatter(lanes, stride, to, M.Width, count, 0);
    }

    /// <summary>The same of one number, in a register.</summary>
    public static void Save(int group, int points, V value, double* target)
    {
        double* lanes = stackalloc double[M.Width];
        M.Store(lanes, value);
        for (int l = 0; l < Math.Min(M.Width, points - group * M.Width); l++) target[group * M.Width + l] = lanes[l];
    }

    /// <summary>Node potentials as rows of <see cref="MixtureSize.Features"/> numbers in lanes, [groups, features, W]; dense ones by their symmetric part.</summary>
    /// <param name="Jn">Diagonal [N, n] or dense [N, n, n].</param>
    /// <param name="hn">[N, n].</param>
    /// <param name="symmetric">Are dense precisions symmetric up to rounding?</param>
    public static Tensor Nodes(Tensor Jn, Tensor hn, out bool symmetric)
    {
        using var scope = NewDisposeScope();
        int N = (int)hn.shape[0], n = (int)hn.shape[1], w = M.Width;
        var size = new MixtureSize(N, 0, n, 0);
        bool dense = NodeMoments.AreDense(Jn, hn);
        Jn = Jn.contiguous();
        hn = hn.contiguous();
        Tensor lanes = zeros([Groups(N), size.Features, w], ScalarType.Float64), block = empty([n * n * w], ScalarType.Float64);
        double* from = Native.Doubles(Jn), linear = Native.Doubles(hn), to = Native.Doubles(lanes);
        var J = new LaneMatrix(Native.Doubles(block), n, n, n * w, w);
        symmetric = true;
        for (int group = 0; group < Groups(N); group++, to += size.Features * w)
        {
            Load(group, N, from, dense ? n * n : n, J.Data, w);
            if (dense) symmetric &= PackTriangle(J, to);
            else
                for (int i = 0; i < n; i++) M.Store(to + MixtureSize.Entry(i, i) * w, M.Load(J.Data + i * w));
            Load(group, N, linear, n, to + size.Triangle * w, w);
        }
        return lanes.MoveToOuterDisposeScope();
    }

    /// <summary>log π and labels as what γ' sees besides the evidence, [groups, K, W].</summary>
    /// <param name="logWeights">[K].</param>
    /// <param name="labels">[N, K], or null.</param>
    /// <param name="points">N.</param>
    public static Tensor Priors(Tensor logWeights, Tensor? labels, int points)
    {
        using var scope = NewDisposeScope();
        int K = (int)logWeights.shape[0], w = M.Width;
        Tensor lanes = empty([Groups(points), K, w], ScalarType.Float64);
        logWeights = logWeights.contiguous();
        labels = labels?.contiguous();
        double* weights = Native.Doubles(logWeights), known = labels is null ? null : Native.Doubles(labels), to = Native.Doubles(lanes);
        for (int group = 0; group < Groups(points); group++, to += K * w)
        {
            if (known is not null) Load(group, points, known, K, to, w);
            for (int k = 0; k < K; k++)
                M.Store(to + k * w, known is null ? M.Broadcast(weights[k]) : M.Add(M.Load(to + k * w), M.Broadcast(weights[k])));
        }
        return lanes.MoveToOuterDisposeScope();
    }

    [MethodImpl(AggressiveOptimization)]
    private static bool PackTriangle(in LaneMatrix J, double* to)
    {
        V half = M.Broadcast(0.5), tolerance = M.Broadcast(ChainInput.SymmetryTolerance), tiny = M.Broadcast(double.Epsilon);
        bool symmetric = true;
        for (int i = 0; i < J.Rows; i++)
            for (int j = 0; j <= i; j++, to += M.Width)
            {
                V a = M.Load(J.At(i, j)), b = M.Load(J.At(j, i));
                V scale = M.Add(M.Add(M.Abs(a), M.Abs(b)), M.Add(M.Abs(M.Load(J.At(i, i))), M.Abs(M.Load(J.At(j, j)))));
                symmetric &= !M.AnyNotPositive(M.Subtract(M.MultiplyAdd(tolerance, scale, tiny), M.Abs(M.Subtract(a, b))));
                M.Store(to, M.Multiply(half, M.Add(a, b)));
            }
        return symmetric;
    }
}
