using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>Something that goes on with a sequence of frames.</summary>
public interface IFramePredictor
{
    /// <summary>The frames after the last one of each sequence, float32 [B, steps, D].</summary>
    /// <param name="prefix">The frames seen, float32 [B, T, D].</param>
    /// <param name="steps">How many frames to go on, at least 1.</param>
    /// <exception cref="ArgumentException">Not [B, T, D], or no step asked for.</exception>
    Tensor Predict(Tensor prefix, int steps);
}
