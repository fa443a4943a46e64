using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>
/// The linear dynamical systems of Zhao and Linderman (2023): A turns by π/20 in a random plane and leaves the rest,
/// <c>x_{t+1} = A x_t + N(0, 0.1 I)</c>, <c>y_t = C x_t + d + N(0, I)</c>, with standard normal C, d and mean of x_1. Their true
/// marginal likelihood is known exactly.
/// </summary>
/// <remarks>The variances are those of the paper's medium signal-to-noise ratio (small: 0.01 and 10; large: 0.1 and 0.1).</remarks>
public sealed record LinearGaussianRotation : LinearGaussianToy
{
    /// <summary>3 latent and 5 observed dimensions, 100 sequences of 200 frames, and 20 held out.</summary>
    public LinearGaussianRotation() =>
        (Observed, Frames, Noise, DynamicsNoise, TrainingSequences, HeldOutSequences) = (5, 200, 1, Math.Sqrt(0.1), 100, 20);

    /// <summary>The larger system: 5 latent and 10 observed dimensions.</summary>
    public static LinearGaussianRotation FiveOfTen => new() { LatentSize = 5, Observed = 10 };

    /// <summary>Latent dimensions, at least 2.</summary>
    public int LatentSize { get; init; } = 3;

    /// <summary>By how much A turns, radians.</summary>
    public double Angle { get; init; } = Math.PI / 20;

    /// <summary>Seed of the system (plane of rotation, C, d, mean of x_1); the data's seed does not change it.</summary>
    public int SystemSeed { get; init; } = 1;

    /// <summary>The linear dynamical system with its true parameters; x_1 varies about its mean as the dynamics do.</summary>
    public override LinearGaussianProcess Process
    {
        get
        {
            Check();
            using var g = new Generator((ulong)SystemSeed);
            Tensor Draw(params long[] shape) => randn(shape, ScalarType.Float64, generator: g);
            var (sin, cos) = Math.SinCos(Angle);
            Tensor turn = eye(LatentSize, dtype: ScalarType.Float64), axes = linalg.qr(Draw(LatentSize, LatentSize)).Q;
            turn.narrow(0, 0, 2).narrow(1, 0, 2).copy_(tensor(new[,] { { cos, -sin }, { sin, cos } }));
            Tensor Q = DynamicsNoise * DynamicsNoise * eye(LatentSize, dtype: ScalarType.Float64);
            return new LinearGaussianProcess(Draw(LatentSize), Q, matmul(matmul(axes, turn), axes.t()), Q,
                Draw(Observed, LatentSize), Draw(Observed), Noise);
        }
    }

    /// <inheritdoc/>
    protected override void Check()
    {
        base.Check();
        ArgumentOutOfRangeException.ThrowIfLessThan(LatentSize, 2);
    }
}
