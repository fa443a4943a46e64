using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>Gradients of the potentials while they are summed: those of the components by part and lane, those of the nodes by group.</summary>
internal sealed unsafe class MixtureSums<V, M> where V : struct where M : struct, ILanes<V>
{
    private readonly MixtureSize size;
    private readonly Tensor? components, nodes;
    private readonly double* table, weights, node;
    private readonly long tableLanes;

    /// <param name="size">Sizes.</param>
    /// <param name="parts">How many add apart from each other.</param>
    /// <param name="wantsComponents">Are gradients of the components wanted?</param>
    /// <param name="wantsNodes">Are those of the node potentials?</param>
    public MixtureSums(MixtureSize size, int parts, bool wantsComponents, bool wantsNodes)
    {
        (this.size, tableLanes) = (size, (long)size.K * size.Features * M.Width);
        if (wantsComponents) components = zeros([parts, size.K * (size.Features + 1), M.Width], ScalarType.Float64);
        if (wantsNodes) nodes = zeros([PointLanes<V, M>.Groups(size.N), size.Features, M.Width], ScalarType.Float64);
        table = components is null ? null : Native.Doubles(components);
        weights = table is null ? null : table + tableLanes;
        node = nodes is null ? null : Native.Doubles(nodes);
    }

    /// <summary>Adds what the kernel's last adjoint gave.</summary>
    public void Add(MixtureKernel<V, M> kernel, double* gamma, int group, int part)
    {
        long own = part * (tableLanes + (long)size.K * M.Width);
        kernel.Accumulate(gamma, table is null ? null : table + own, node is null ? null : node + (long)group * size.Features * M.Width);
        if (weights is not null) LaneTable<V, M>.AddScaled(weights + own, M.Broadcast(1), kernel.PriorBar, weights + own, size.K);
    }

    /// <summary>Gradients of J, h, c, log π; null where they are not wanted.</summary>
    public IReadOnlyList<Tensor?> Components()
    {
        if (components is null) return [null, null, null, null];
        using var scope = NewDisposeScope();
        Tensor all = components.sum([0, 2]); // over parts and lanes
        var (J, h, c) = MixtureTable.Gradients(Native.Doubles(all), size);
        Tensor logWeights = all.narrow(0, (long)size.K * size.Features, size.K).clone();
        return [.. new[] { J, h, c, logWeights }.Select(gradient => gradient.MoveToOuterDisposeScope())];
    }

    /// <summary>Gradients of Jn, diagonal or dense, and hn; null where they are not wanted.</summary>
    public IReadOnlyList<Tensor?> Nodes(bool dense)
    {
        if (node is null) return [null, null];
        int N = size.N, n = size.n, w = M.Width;
        Tensor Jn = empty(dense ? [N, n, n] : [N, n], ScalarType.Float64), hn = empty([N, n], ScalarType.Float64);
        double* j = Native.Doubles(Jn), h = Native.Doubles(hn);
        for (int i = 0; i < N; i++)
        {
            double* lane = node + (long)(i / w) * size.Features * w + i % w;
            for (int a = 0; a < n; a++, h++)
            {
                *h = lane[(size.Triangle + a) * w];
                if (!dense) *j++ = lane[MixtureSize.Entry(a, a) * w];
                else
                    for (int b = 0; b < n; b++, j++) *j = (a == b ? 1 : 0.5) * lane[MixtureSize.Entry(a, b) * w];
            }
        }
        return [Jn, hn];
    }
}
