using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>The prediction that nothing moves: the last frame again and again. What every predictor has to beat.</summary>
public sealed class RepeatLastFrame : IFramePredictor
{
    /// <inheritdoc/>
    public Tensor Predict(Tensor prefix, int steps)
    {
        Guard.Shape(prefix, "prefix", ("sequence", -1), ("time", -1), ("observed", -1));
        if (steps < 1) throw new ArgumentException($"steps: must be at least 1, got {steps}");
        return prefix.narrow(1, prefix.shape[1] - 1, 1).repeat(1, steps, 1);
    }
}
