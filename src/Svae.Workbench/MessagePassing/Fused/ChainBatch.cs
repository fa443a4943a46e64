using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>The inputs of one call as memory: the potentials, the noise, the lengths.</summary>
internal sealed unsafe class ChainBatch
{
    public readonly int B, T, n, S;
    public readonly bool SharedPairs, DenseNodes;
    public readonly int[]? Lengths;
    public readonly StridedView J0, h0, J11, J12, J22, Jn, hn;
    public readonly StridedView[] Noise;

    public ChainBatch(ChainPotentials p, int[]? lengths, Tensor? noise)
    {
        (B, T, n, S) = ((int)p.hn.shape[0], (int)p.hn.shape[1], (int)p.hn.shape[2], (int)(noise?.shape[0] ?? 0));
        (SharedPairs, DenseNodes, Lengths) = (p.J11.dim() == 2, p.Jn.dim() == 4, lengths);
        (J0, h0) = (StridedView.Batched(p.J0, 2), StridedView.Batched(p.h0, 1));
        (J11, J12, J22) = (UnlessZero(Pair(p.J11)), Pair(p.J12), UnlessZero(Pair(p.J22)));
        (Jn, hn) = (StridedView.BatchTime(p.Jn, DenseNodes ? 2 : 1), StridedView.BatchTime(p.hn, 1));
        Noise = Draws(noise);
    }

    /// <summary>Chains that have all that concerns one frame in dense node precisions and linear terms.</summary>
    /// <param name="size">Sizes and lengths.</param>
    /// <param name="Jn">Node precisions.</param>
    /// <param name="hn">Node linear terms.</param>
    /// <param name="J12">Couplings.</param>
    /// <param name="noise">ε of each sample.</param>
    public ChainBatch(SldsSize size, StridedView Jn, StridedView hn, StridedView J12, StridedView[] noise)
    {
        (B, T, n, S) = (size.B, size.T, size.n, noise.Length);
        (DenseNodes, Lengths) = (true, size.Ragged ? [.. size.Lengths.Select(length => (int)length)] : null);
        (this.Jn, this.hn, this.J12, Noise) = (Jn, hn, J12, noise);
    }

    /// <summary>Noise [S, B, T, n] draw by draw; none without noise.</summary>
    public static StridedView[] Draws(Tensor? noise) => noise is null ? [] : [.. noise.unbind(0).Select(draw => StridedView.BatchTime(draw, 1))];

    /// <summary>Absent when one block stands for all steps of all sequences and is zero, as where a model has put it into the node precisions.</summary>
    private StridedView UnlessZero(StridedView J)
    {
        if (SharedPairs || T == 1 || J.Batch != 0 || J.Time != 0) return J;
        for (int e = 0; e < n * n; e++)
            if (J.At(0, 0)[e] != 0) return J; // NaN too
        return default;
    }

    private StridedView Pair(Tensor J) => SharedPairs ? StridedView.Batched(J, 2) : StridedView.BatchTime(J, 2);
}
