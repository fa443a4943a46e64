using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>One aligned block of torch's memory, handed out piece by piece and freed at once; a worker's scratch, group after group.</summary>
/// <param name="lanes">Sequences side by side.</param>
/// <param name="entries">Matrix entries it holds, each of them <paramref name="lanes"/> doubles.</param>
internal sealed unsafe class LaneArena(int lanes, long entries) : IDisposable
{
    private readonly Tensor memory = empty([entries * lanes], ScalarType.Float64);
    private long used;

    /// <summary>Sequences side by side.</summary>
    public int Lanes => lanes;

    /// <summary>Takes back all that was handed out.</summary>
    public void Reset() => used = 0;

    /// <summary>Room for this many entries, not cleared.</summary>
    public double* Take(long count)
    {
        if (used + count > entries) throw new InvalidOperationException($"lane arena of {entries} entries is too small");
        double* piece = (double*)StridedView.Address(memory) + used * lanes;
        used += count;
        return piece;
    }

    /// <summary>Entries that have room for so many doubles.</summary>
    public static long EntriesFor(long doubles, int lanes) => (doubles + lanes - 1) / lanes;

    /// <summary>Room for this many doubles, not cleared.</summary>
    public double* Doubles(long count) => Take(EntriesFor(count, lanes));

    /// <summary>A view of memory that came from here.</summary>
    public StridedView View(double* data, long batch, long time) => new(memory, (nint)data, (nint)batch, (nint)time);

    /// <summary>A matrix of its own, not cleared.</summary>
    public LaneMatrix Matrix(int rows, int columns) => new(Take((long)rows * columns), rows, columns, columns * lanes, lanes);

    public void Dispose() => memory.Dispose();
}
