using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// A group's joint precision, block by block as the forward recursion asks for it: what <see cref="BlockTridiagonal"/> assembles at once.
/// Square blocks enter by their symmetric part.
/// </summary>
internal sealed unsafe class ChainAssembly<V, M> where V : struct where M : struct, ILanes<V>
{
    private readonly ChainBatch batch;
    private readonly ChainGroup<V, M> group;
    private readonly LaneMatrix block, assembled, linear;
    private readonly LaneMatrix only, first, middle, last, coupling; // shared pairs, brought into lanes once

    public static long Entries(int n) => 7L * n * n + n;

    public ChainAssembly(ChainBatch batch, ChainGroup<V, M> group, LaneArena arena)
    {
        (this.batch, this.group) = (batch, group);
        int n = batch.n;
        (block, assembled, linear) = (arena.Matrix(n, n), arena.Matrix(n, n), arena.Matrix(n, 1));
        if (!batch.SharedPairs) return;
        (only, first, middle, last, coupling) = (arena.Matrix(n, n), arena.Matrix(n, n), arena.Matrix(n, n), arena.Matrix(n, n), arena.Matrix(n, n));
        foreach (LaneMatrix sum in new[] { only, first, middle, last }) LaneElementwise<V, M>.Clear(sum);
        Add(only, batch.J0, 0, 0);
        Add(first, batch.J0, 0, 0);
        Add(first, batch.J11, 0, 0);
        Add(middle, batch.J11, 0, 0);
        Add(middle, batch.J22, 0, 0);
        Add(last, batch.J22, 0, 0);
        group.Load(coupling.Data, M.Width, batch.J12, 0, 0, n * n);
    }

    /// <summary>Was a square block further from symmetric than rounding explains?</summary>
    public bool FoundAsymmetry { get; private set; }

    /// <summary>D_t, without diagonal node precisions; the matrix is lent until the next call.</summary>
    [MethodImpl(AggressiveOptimization)]
    public LaneMatrix Precision(int t)
    {
        bool uniform = t + 1 < group.MinLength || t + 1 == group.MinLength && group.MinLength == group.MaxLength;
        if (batch.SharedPairs && uniform)
        {
            bool ends = t + 1 == group.MaxLength;
            LaneMatrix shared = t == 0 ? (ends ? only : first) : ends ? last : middle;
            if (!batch.DenseNodes) return shared;
            LaneElementwise<V, M>.Copy(assembled, shared);
        }
        else
        {
            LaneElementwise<V, M>.Clear(assembled);
            if (t == 0) Add(assembled, batch.J0, 0, 0);
            else Add(assembled, batch.J22, t - 1, t);
            if (t + 1 < group.MaxLength) Add(assembled, batch.J11, t, t + 1);
            if (t >= group.MinLength)
                for (int i = 0; i < batch.n; i++) group.Pad(assembled.At(i, i), t, 1);
        }
        if (batch.DenseNodes) Add(assembled, batch.Jn, t, t);
        return assembled;
    }

    /// <summary>Adds the diagonal node precisions of a step to S.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void AddNodes(int t, in LaneMatrix S)
    {
        if (batch.DenseNodes) return;
        group.Load(linear.Data, M.Width, batch.Jn, t, t, batch.n);
        for (int i = 0; i < batch.n; i++) M.Store(S.At(i, i), M.Add(M.Load(S.At(i, i)), M.Load(linear.At(i, 0))));
    }

    /// <summary>U_t into W.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void Coupling(int t, in LaneMatrix W)
    {
        if (batch.SharedPairs && t + 1 < group.MinLength) { LaneElementwise<V, M>.Copy(W, coupling); return; }
        group.Load(block.Data, M.Width, batch.J12, t, t + 1, batch.n * batch.n);
        LaneElementwise<V, M>.Copy(W, block);
    }

    /// <summary>h_t into y.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void Linear(int t, in LaneMatrix y)
    {
        group.Load(y.Data, y.RowStride, batch.hn, t, t, batch.n);
        if (t > 0 || batch.h0.IsAbsent) return;
        group.Load(linear.Data, M.Width, batch.h0, 0, 0, batch.n);
        for (int i = 0; i < batch.n; i++) M.Store(y.At(i, 0), M.Add(M.Load(y.At(i, 0)), M.Load(linear.At(i, 0))));
    }

    /// <summary>Noise of a step into the columns of E after the first, which stays zero for the mean.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void Noise(int t, in LaneMatrix E)
    {
        for (int i = 0; i < batch.n; i++) M.Store(E.At(i, 0), default);
        for (int s = 0; s < batch.S; s++) group.Load(E.At(0, s + 1), E.RowStride, batch.Noise[s], t, t, batch.n);
    }

    /// <summary>sum += ½(J + Jᵀ) of a step.</summary>
    private void Add(in LaneMatrix sum, in StridedView J, int step, int inside)
    {
        if (J.IsAbsent) return;
        group.Load(block.Data, M.Width, J, step, inside, batch.n * batch.n);
        FoundAsymmetry |= AddSymmetricPart(sum, block);
    }

    [MethodImpl(AggressiveOptimization)]
    private static bool AddSymmetricPart(in LaneMatrix sum, in LaneMatrix J)
    {
        V half = M.Broadcast(0.5), tolerance = M.Broadcast(ChainInput.SymmetryTolerance), tiny = M.Broadcast(double.Epsilon);
        bool asymmetric = false;
        for (int i = 0; i < J.Rows; i++)
        {
            M.Store(sum.At(i, i), M.Add(M.Load(sum.At(i, i)), M.Load(J.At(i, i))));
            V diagonal = M.Abs(M.Load(J.At(i, i)));
            for (int j = 0; j < i; j++)
            {
                V a = M.Load(J.At(i, j)), b = M.Load(J.At(j, i));
                V total = M.MultiplyAdd(half, M.Add(a, b), M.Load(sum.At(i, j)));
                M.Store(sum.At(i, j), total);
                M.Store(sum.At(j, i), total);
                V scale = M.Add(M.Add(M.Abs(a), M.Abs(b)), M.Add(diagonal, M.Abs(M.Load(J.At(j, j)))));
                asymmetric |= M.AnyNotPositive(M.Subtract(M.MultiplyAdd(tolerance, scale, tiny), M.Abs(M.Subtract(a, b))));
            }
        }
        return asymmetric;
    }
}
