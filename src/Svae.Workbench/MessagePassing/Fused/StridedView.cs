using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// Memory of a CPU float64 tensor seen as [batch, time, entries] with contiguous entries; a dimension it lacks, or was expanded along,
/// has stride zero. Valid while <see cref="Owner"/> lives.
/// </summary>
/// <param name="Owner">The tensor whose memory this is; null for an absent one.</param>
/// <param name="Data">Its first entry.</param>
/// <param name="Batch">Doubles from one sequence to the next.</param>
/// <param name="Time">Doubles from one step to the next.</param>
internal readonly unsafe record struct StridedView(Tensor? Owner, nint Data, nint Batch, nint Time)
{
    public bool IsAbsent => Owner is null;

    /// <summary>Where this sequence's entries of this step begin.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double* At(int sequence, int step) => (double*)Data + sequence * Batch + step * Time;

    /// <summary>A view of a tensor [B, T, event...].</summary>
    public static StridedView BatchTime(Tensor value, int eventRank)
    {
        value = WithContiguousEvents(value.detach(), eventRank);
        return new StridedView(value, Address(value), (nint)value.stride(0), (nint)value.stride(1));
    }

    /// <summary>A view of a tensor [event...] or [B, event...].</summary>
    public static StridedView Batched(Tensor value, int eventRank)
    {
        value = WithContiguousEvents(value.detach(), eventRank);
        return new StridedView(value, Address(value), value.dim() > eventRank ? (nint)value.stride(0) : 0, 0);
    }

    /// <summary>A view of an output gradient that may be undefined.</summary>
    public static StridedView Gradient(Tensor? value, int eventRank) =>
        value is null || value.IsInvalid || value.numel() == 0 ? default
        : eventRank == 0 ? Batched(value, 0) : BatchTime(value, eventRank);

    private static Tensor WithContiguousEvents(Tensor value, int eventRank)
    {
        int outer = (int)value.dim() - eventRank;
        long expected = 1;
        for (int d = (int)value.dim() - 1; d >= outer; expected *= value.shape[d--])
        {
            if (value.shape[d] == 1 || value.stride(d) == expected) continue;
            // A gradient that was expanded from one event (as that of a sum is) needs only that event made contiguous.
            bool constant = value.numel() > 0 && Enumerable.Range(0, outer).All(o => value.stride(o) == 0 || value.shape[o] == 1);
            if (!constant) return value.contiguous();
            Tensor one = value;
            for (int o = 0; o < outer; o++) one = one.narrow(o, 0, 1);
            return one.contiguous().expand(value.shape);
        }
        return value;
    }

    /// <summary>The address of a tensor's first entry; zero for an empty tensor.</summary>
    public static nint Address(Tensor value)
    {
        if (value.numel() == 0) return 0;
        using Tensor first = value.as_strided([1], [1], value.storage_offset());
        return (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}
