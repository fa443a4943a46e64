using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>Ragged batches are padded to the longest sequence; the mask says what is real.</summary>
internal static class SequenceMask
{
    /// <summary>True within a sequence and false past its end, [B, T]; null when no lengths say that there is an end before T.</summary>
    public static Tensor? Within(Tensor? lengths, long frames, Device device) =>
        lengths is null || AllReach(lengths, frames) ? null : Inside(lengths, frames, device);

    /// <summary>True within a sequence and false past its end, [B, T].</summary>
    public static Tensor Inside(Tensor lengths, long frames, Device device) => arange(frames, ScalarType.Int64, device).unsqueeze(0) < lengths.to(device).unsqueeze(1);

    /// <summary>True where both frames of a pair lie within the sequence, [B, T − 1].</summary>
    public static Tensor? Pairs(Tensor? within) => within?.narrow(1, 1, within.shape[1] - 1);

    /// <summary>1 within a sequence and 0 past its end, float64 [B, T, 1].</summary>
    public static Tensor Of(Tensor? lengths, long batch, long frames, Device device) =>
        Within(lengths, frames, device)?.to(ScalarType.Float64).unsqueeze(2) ?? ones([batch, frames, 1], ScalarType.Float64, device);

    /// <summary>Zero where the mask is false, whatever stood there, and no gradient there; the mask is broadcast over trailing dimensions.</summary>
    public static Tensor Masked(Tensor value, Tensor? mask)
    {
        if (mask is null) return value;
        for (long d = mask.dim(); d < value.dim(); d++) mask = mask.unsqueeze(-1);
        return where(mask, value, zeros([], dtype: value.dtype, device: value.device));
    }

    /// <summary>The values [B, T, ...] with 0 in the padding, whatever stood there; its gradient is 0 there too.</summary>
    public static Tensor WithoutPadding(Tensor values, Tensor? lengths) => Masked(values, Within(lengths, values.shape[1], values.device));

    /// <summary>Does the mask, of zeros and ones, surely hold ones alone? One that is not at hand is not asked.</summary>
    public static bool AllOnes(Tensor mask) => mask.dtype == ScalarType.Float32 && Values<float>(mask) is var values && values.Length > 0 && !values.ContainsAnyExcept(1f);

    /// <summary>Has surely every sequence so many frames? Lengths that are not at hand are not asked.</summary>
    private static bool AllReach(Tensor lengths, long frames)
    {
        if (lengths.dtype != ScalarType.Int64) return false;
        ReadOnlySpan<long> values = Values<long>(lengths);
        return values.Length > 0 && !values.ContainsAnyInRange(long.MinValue, frames - 1);
    }

    /// <summary>The numbers of a tensor in the processor's own memory; none of another.</summary>
    private static ReadOnlySpan<T> Values<T>(Tensor tensor) where T : unmanaged =>
        tensor.device_type == DeviceType.CPU && tensor.is_contiguous() ? MemoryMarshal.Cast<byte, T>(tensor.bytes) : [];
}
