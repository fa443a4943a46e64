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
}
