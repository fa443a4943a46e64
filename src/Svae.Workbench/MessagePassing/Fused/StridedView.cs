using System.Runtime.CompilerServices;
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
        long[] shape = value.shape, strides = value.stride();
        int outer = shape.Length - eventRank;
        long expected = 1;
        for (int d = shape.Length - 1; d >= outer; expected *= shape[d--])
        {
            if (shape[d] == 1 || strides[d] == expected) continue;
            // A gradient that was expanded from one event (as that of a sum is) needs only that event made contiguous.
            bool constant = !shape.Contains(0) && Enumerable.Range(0, outer).All(o => strides[o] == 0 || shape[o] == 1);
            if (!constant) return value.contiguous();
            Tensor one = value;
            for (int o = 0; o < outer; o++) one = one.narrow(o, 0, 1);
            return one.contiguous().expand(shape);
        }
        return value;
    }

    /// <summary>The address of a tensor's first entry; zero for an empty tensor.</summary>
    public static nint Address(Tensor value)
    {
        if (value.numel() == 0) return 0;
        if (value.is_contiguous()) return (nint)Native.Doubles(value);
        using Tensor first = value.as_strided([1], [1], value.storage_offset());
        return (nint)Native.Doubles(first);
    }
}
