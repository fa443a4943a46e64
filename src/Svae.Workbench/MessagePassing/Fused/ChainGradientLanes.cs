using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// Where a group's adjoint leaves its results: gradients of blocks of their own go to their tensors at once, those of shared blocks are
/// summed in lanes. With S̄_t the gradient of D_t: J0 takes the first, J11 all but a sequence's last, J22 all but the first.
/// </summary>
internal sealed unsafe class ChainGradientLanes<V, M> where V : struct where M : struct, ILanes<V>
{
    private readonly ChainBatch batch;
    private readonly ChainGradients tensors;
    private readonly ChainGroup<V, M> group;
    private readonly LaneMatrix first, middle, last, coupling, linear;

    public static long Entries(int n) => 4L * n * n + n;

    public ChainGradientLanes(ChainBatch batch, ChainGradients tensors, ChainGroup<V, M> group, LaneArena arena)
    {
        (this.batch, this.tensors, this.group) = (batch, tensors, group);
        int n = batch.n;
        (first, middle, last, coupling, linear) = (arena.Matrix(n, n), arena.Matrix(n, n), arena.Matrix(n, n), arena.Matrix(n, n), arena.Matrix(n, 1));
        foreach (LaneMatrix sum in new[] { first, middle, last, coupling, linear })
            LaneElementwise<V, M>.Clear(sum);
    }

    /// <summary>Ū_t = Kᵀ(R − Z).</summary>
    [MethodImpl(AggressiveOptimization)]
    public void Coupling(int t, in LaneMatrix K, in LaneMatrix whitened, in LaneMatrix scratch)
    {
        if (!tensors.NeedsCoupling) return;
        if (batch.SharedPairs) { LaneProduct<V, M>.Add(coupling, K.T, whitened, Support.LeftUpper); return; }
        LaneProduct<V, M>.Set(scratch, K.T, whitened, Support.LeftUpper);
        tensors.SaveCoupling(group, t, scratch);
    }

    /// <summary>S̄_t and f̄_t. Past a sequence's length both are zero.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void Step(int t, in LaneMatrix S, in LaneMatrix f)
    {
        tensors.SaveStep(group, t, S, f);
        if (t == 0) LaneElementwise<V, M>.Add(linear, f);
        if (t == 0) LaneElementwise<V, M>.Add(first, S);
        else if (!batch.SharedPairs) return;
        else if (t + 1 < group.MinLength) LaneElementwise<V, M>.Add(middle, S);
        else AddByLane(t, S);
    }

    /// <summary>Sums over the lanes into this group's row.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void Finish(int index)
    {
        int n2 = batch.n * batch.n;
        double* row = tensors.GroupSum(index);
        for (int l = 0; l < M.Width; l++)
        {
            bool single = group.Length(l) == 1; // its first step is its last, and no pair block touches it
            for (int e = 0; e < n2; e++)
            {
                double atFirst = first.Data[e * M.Width + l], between = middle.Data[e * M.Width + l];
                row[e] += atFirst;
                row[n2 + e] += between + (single ? 0 : atFirst);
                row[2 * n2 + e] += coupling.Data[e * M.Width + l];
                row[3 * n2 + e] += between + last.Data[e * M.Width + l];
            }
            for (int e = 0; e < batch.n; e++) row[4 * n2 + e] += linear.Data[e * M.Width + l];
        }
    }

    /// <summary>Where some sequence ends: this step is the last of some lanes and a middle one of others.</summary>
    [MethodImpl(AggressiveOptimization)]
    private void AddByLane(int t, in LaneMatrix S)
    {
        for (int l = 0; l < M.Width; l++)
        {
            LaneMatrix sum = t + 1 == group.Length(l) ? last : middle;
            for (int e = 0; e < S.Rows * S.Columns; e++) sum.Data[e * M.Width + l] += S.Data[e * M.Width + l];
        }
    }
}
