using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Networks;

/// <summary>
/// Precisions kept within bounds: <c>J = lowest^(1−s) · highest^s</c> with the share <c>s = sigmoid(u)</c> of a network's output
/// u. Unbounded, a precision collapses the posterior onto its samples; near zero, it ignores the data.
/// </summary>
/// <param name="LogLowest">Log of the lower bound.</param>
/// <param name="LogHighest">Log of the upper bound.</param>
internal readonly record struct PrecisionRange(double LogLowest, double LogHighest)
{
    /// <exception cref="ArgumentException">Not 0 &lt; lowest &lt; precision &lt; highest.</exception>
    public static PrecisionRange Of(double lowest, double precision, double highest)
    {
        if (!(0 < lowest && lowest < precision && precision < highest))
            throw new ArgumentException($"precision bounds: expected 0 < lowest < precision < highest, got {lowest}, {precision}, {highest}");
        return new PrecisionRange(Math.Log(lowest), Math.Log(highest));
    }

    /// <summary>The output u that gives a precision.</summary>
    public double Output(double precision)
    {
        double share = (Math.Log(precision) - LogLowest) / (LogHighest - LogLowest);
        return Math.Log(share / (1 - share));
    }

    /// <summary>The outputs u that give precisions J, any shape, float64.</summary>
    /// <exception cref="ArgumentException">A precision is on or outside the bounds.</exception>
    public Tensor Output(Tensor precision)
    {
        Tensor share = (precision.to(ScalarType.Float64).log() - LogLowest) / (LogHighest - LogLowest);
        if (!((share > 0) & (share < 1)).all().item<bool>())
            throw new ArgumentException($"precision: must lie between {Math.Exp(LogLowest):g3} and {Math.Exp(LogHighest):g3}, got {precision.min().ToDouble():g3} to {precision.max().ToDouble():g3}");
        return share.logit();
    }

    /// <summary>log J of outputs u.</summary>
    public Tensor LogPrecision(Tensor output) => LogLowest + (LogHighest - LogLowest) * output.sigmoid();
}
