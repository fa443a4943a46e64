using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>
/// A noisy spiral: <c>x_{t+1} = 0.999·R(2π/30) x_t + 0.1 ε</c>, <c>y_t = x_t + 0.01 ε</c> in the plane, for 900 frames. It
/// starts as it goes on, from the stationary distribution.
/// </summary>
public sealed record Spiral : LinearGaussianToy
{
    /// <summary>One spiral of 900 frames to learn from, and one held out.</summary>
    public Spiral() => (Observed, Frames, Noise) = (2, 900, 0.01);

    /// <summary>By how much a state shrinks from frame to frame, below 1.</summary>
    public double Decay { get; init; } = 0.999;

    /// <summary>Frames of one turn.</summary>
    public double FramesPerTurn { get; init; } = 30;

    /// <inheritdoc/>
    public override LinearGaussianProcess Process
    {
        get
        {
            var (sin, cos) = Math.SinCos(2 * Math.PI / FramesPerTurn);
            Tensor A = Decay * tensor(new[,] { { cos, -sin }, { sin, cos } });
            Tensor identity = eye(2, dtype: ScalarType.Float64), Q = DynamicsNoise * DynamicsNoise * identity;
            Tensor nought = zeros(2, ScalarType.Float64);
            return new LinearGaussianProcess(nought, LinearGaussianProcess.StationaryCovariance(A, Q), A, Q, identity, nought, Noise);
        }
    }

    /// <inheritdoc/>
    protected override void Check()
    {
        base.Check();
        ArgumentOutOfRangeException.ThrowIfNotEqual(Observed, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(FramesPerTurn);
        ArgumentOutOfRangeException.ThrowIfNegative(Decay);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Decay, 1);
    }
}
