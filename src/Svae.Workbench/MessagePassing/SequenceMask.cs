using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>Ragged batches are padded to the longest sequence; the mask says what is real.</summary>
internal static class SequenceMask
{
    /// <summary>1 within a sequence and 0 past its end, float64 [B, T, 1].</summary>
    public static Tensor Of(Tensor? lengths, long batch, long frames, Device device)
    {
        if (lengths is null) return ones([batch, frames, 1], ScalarType.Float64, device);
        return (arange(frames, ScalarType.Int64, device) < lengths.unsqueeze(1)).to(ScalarType.Float64).unsqueeze(2);
    }

    /// <summary>The values [B, T, ...] with 0 in the padding, whatever stood there; its gradient is 0 there too.</summary>
    public static Tensor WithoutPadding(Tensor values, Tensor? lengths)
    {
        if (lengths is null) return values;
        Tensor padding = Of(lengths, values.shape[0], values.shape[1], values.device) == 0;
        return values.masked_fill(padding.reshape([.. values.shape[..2], .. Enumerable.Repeat(1L, (int)values.dim() - 2)]), 0);
    }
}
