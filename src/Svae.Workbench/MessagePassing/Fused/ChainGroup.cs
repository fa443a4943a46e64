using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// A group of sequences that go through the recursions side by side: which they are, how long, and how their frames come into lanes and
/// back. Lanes beyond the batch repeat the last sequence, but nothing of theirs is written and no gradient reaches them.
/// </summary>
internal sealed unsafe class ChainGroup<V, M> where V : struct where M : struct, ILanes<V>
{
    private readonly int[] sequences = new int[M.Width];
    private readonly int[] lengths = new int[M.Width];
    private readonly int[] owned = new int[M.Width]; // lengths, and zero for lanes that repeat a sequence

    public ChainGroup(ChainBatch batch, int group)
    {
        for (int l = 0; l < M.Width; l++)
        {
            int sequence = group * M.Width + l;
            sequences[l] = Math.Min(sequence, batch.B - 1);
            lengths[l] = batch.Lengths?[sequences[l]] ?? batch.T;
            owned[l] = sequence < batch.B ? lengths[l] : 0;
        }
        (MinLength, MaxLength) = (lengths.Min(), lengths.Max());
    }

    /// <summary>Below this step all lanes are inside their sequences.</summary>
    public int MinLength { get; }

    /// <summary>From this step on no lane is.</summary>
    public int MaxLength { get; }

    /// <summary>+1 while the recursion runs forwards in time, −1 while backwards: which step's frames will be wanted next.</summary>
    public int Direction { get; set; } = 1;

    public int Sequence(int lane) => sequences[lane];

    public bool Owns(int lane) => owned[lane] > 0;

    public int Length(int lane) => lengths[lane];

    /// <summary>Brings <paramref name="count"/> entries of a step into lanes; zero for sequences of no more than <paramref name="inside"/> frames.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void Load(double* lanes, nint stride, in StridedView source, int step, int inside, int count)
    {
        Gather(lanes, stride, source, step, count);
        if (inside >= MinLength) Blank(lanes, stride, lengths, inside, count);
    }

    /// <summary>As <see cref="Load"/>, for gradients: zero also for lanes that only repeat a sequence.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void LoadGradient(double* lanes, nint stride, in StridedView source, int step, int inside, int count)
    {
        Gather(lanes, stride, source, step, count);
        Blank(lanes, stride, owned, inside, count);
    }

    /// <summary>Writes entries back to the sequences of more than <paramref name="inside"/> frames.</summary>
    [MethodImpl(AggressiveOptimization)]
    public void Save(double* lanes, nint stride, in StridedView target, int step, int inside, int count)
    {
        double** to = stackalloc double*[M.Width];
        for (int l = 0; l < M.Width; l++) to[l] = inside < owned[l] ? target.At(sequences[l], step) : null;
        LaneTransfer.Scatter(lanes, stride, to, M.Width, count, Direction * target.Time);
    }

    /// <summary>Puts a value into entries of the lanes that are past their end.</summary>
    public void Pad(double* entry, int step, double value)
    {
        for (int l = 0; l < M.Width; l++)
            if (step >= lengths[l]) entry[l] = value;
    }

    [MethodImpl(AggressiveOptimization)]
    private void Gather(double* lanes, nint stride, in StridedView source, int step, int count)
    {
        double** from = stackalloc double*[M.Width];
        for (int l = 0; l < M.Width; l++) from[l] = source.At(sequences[l], step);
        LaneTransfer.Gather(lanes, stride, from, M.Width, count, Direction * source.Time);
    }

    [MethodImpl(AggressiveOptimization)]
    private static void Blank(double* lanes, nint stride, int[] lengths, int inside, int count)
    {
        for (int l = 0; l < M.Width; l++)
            if (inside >= lengths[l])
                for (int e = 0; e < count; e++) lanes[e * stride + l] = 0;
    }
}
