using System.Runtime.CompilerServices;
using static TorchSharp.torch;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// Gradients of the potentials. Those of shared blocks are summed over time in lanes, then over the lanes and groups in a fixed order,
/// so the result does not depend on the number of threads.
/// </summary>
internal sealed unsafe class ChainGradients
{
    private readonly ChainBatch batch;
    private readonly Tensor? J0, h0, J11, J12, J22, Jn, hn;
    private readonly StridedView viewJ0, viewh0, viewJ11, viewJ12, viewJ22, viewJn, viewhn;
    private readonly Tensor? shared; // [groups, 4 n² + n]: J0, J11, J12, J22, h0

    /// <param name="batch">The inputs.</param>
    /// <param name="inputs">The seven potentials; those that require a gradient get one.</param>
    /// <param name="groups">Groups of sequences.</param>
    public ChainGradients(ChainBatch batch, IReadOnlyList<Tensor> inputs, int groups)
    {
        this.batch = batch;
        needed = [.. inputs.Select(value => value.requires_grad)];
        shapes = [.. inputs.Select(value => value.shape)];
        bool ragged = batch.Lengths is not null;
        Tensor? Make(int i, bool perSequence) => !needed[i] || !perSequence ? null
            : ragged ? zeros(shapes[i], ScalarType.Float64) : empty(shapes[i], ScalarType.Float64);
        bool pairs = !batch.SharedPairs;
        (J0, h0) = (Make(0, shapes[0].Length == 3), Make(1, shapes[1].Length == 2));
        (J11, J12, J22) = (Make(2, pairs), Make(3, pairs), Make(4, pairs));
        (Jn, hn) = (Make(5, true), Make(6, true));
        static StridedView Steps(Tensor? value, int rank) => value is null ? default : StridedView.BatchTime(value, rank);
        static StridedView First(Tensor? value, int rank) => value is null ? default : StridedView.Batched(value, rank);
        (viewJ0, viewh0) = (First(J0, 2), First(h0, 1));
        (viewJ11, viewJ12, viewJ22) = (Steps(J11, 2), Steps(J12, 2), Steps(J22, 2));
        (viewJn, viewhn) = (Steps(Jn, batch.DenseNodes ? 2 : 1), Steps(hn, 1));
        shared = zeros([groups, 4L * batch.n * batch.n + batch.n], ScalarType.Float64);
    }

    /// <summary>Gradients of the potentials of <see cref="ChainBatch(SldsSize, StridedView, StridedView, StridedView, StridedView[])"/>, into memory that is there.</summary>
    public ChainGradients(ChainBatch batch, StridedView Jn, StridedView hn, StridedView J12)
    {
        (this.batch, viewJn, viewhn, viewJ12) = (batch, Jn, hn, J12);
        (needed, shapes) = ([false, false, false, true, false, true, true], []);
    }

    private readonly bool[] needed;
    private readonly long[][] shapes;

    public double* GroupSum(int group) => (double*)StridedView.Address(shared!) + (long)group * (4L * batch.n * batch.n + batch.n);

    public bool NeedsCoupling => needed[3];

    public void SaveCoupling<V, M>(ChainGroup<V, M> group, int t, in LaneMatrix value) where V : struct where M : struct, ILanes<V> =>
        group.Save(value.Data, M.Width, viewJ12, t, t + 1, batch.n * batch.n);

    /// <summary>Writes S̄_t and f̄_t to each potential of its own at this step.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void SaveStep<V, M>(ChainGroup<V, M> group, int t, in LaneMatrix S, in LaneMatrix f) where V : struct where M : struct, ILanes<V>
    {
        int n = batch.n;
        if (!viewhn.IsAbsent) group.Save(f.Data, f.RowStride, viewhn, t, t, n);
        if (!viewJn.IsAbsent) group.Save(S.Data, batch.DenseNodes ? M.Width : S.RowStride + S.ColumnStride, viewJn, t, t, batch.DenseNodes ? n * n : n);
        if (!viewJ11.IsAbsent && t + 1 < batch.T) group.Save(S.Data, M.Width, viewJ11, t, t + 1, n * n);
        if (!viewJ22.IsAbsent && t > 0) group.Save(S.Data, M.Width, viewJ22, t - 1, t, n * n);
        if (t > 0) return;
        if (!viewJ0.IsAbsent) group.Save(S.Data, M.Width, viewJ0, 0, 0, n * n);
        if (!viewh0.IsAbsent) group.Save(f.Data, f.RowStride, viewh0, 0, 0, n);
    }

    /// <summary>The gradients in the order of the potentials; null where none was wanted.</summary>
    public List<Tensor> Collect()
    {
        Tensor total = shared!.sum([0L]);
        long n = batch.n, start = 0;
        Tensor Take(params long[] shape)
        {
            long count = shape.Aggregate((a, b) => a * b);
            Tensor piece = total.narrow(0, start, count).reshape(shape);
            start += count;
            return piece;
        }
        Tensor sumJ0 = Take(n, n), sumJ11 = Take(n, n), sumJ12 = Take(n, n), sumJ22 = Take(n, n), sumh0 = Take(n);
        bool pairs = batch.SharedPairs;
        Tensor?[] all =
        [
            shapes[0].Length == 2 ? sumJ0 : J0, shapes[1].Length == 1 ? sumh0 : h0,
            pairs ? sumJ11 : J11, pairs ? sumJ12 : J12, pairs ? sumJ22 : J22, Jn, hn,
        ];
        return [.. all.Select((value, i) => needed[i] ? value! : null!)];
    }
}
