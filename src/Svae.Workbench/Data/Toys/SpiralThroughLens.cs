using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>
/// The harder spiral: the latent path of <see cref="Spiral"/> seen through a fixed random network with two layers of tanh,
/// <c>y_t = tanh(W₂ tanh(W₁ x_t + b₁) + b₂) + σ ε</c>, in 10 dimensions with noise 0.1.
/// </summary>
/// <remarks>Weights are <c>W₁ ~ N(0, ⅛)</c> and <c>W₂ ~ N(0, 2/hidden)</c>, biases <c>N(0, ¼)</c>: the plane is well bent, and few units saturate.</remarks>
public sealed record SpiralThroughLens : NoisyToyProcess
{
    /// <summary>One spiral of 900 frames to learn from, and one held out.</summary>
    public SpiralThroughLens() => (Observed, Frames, Noise) = (10, 900, 0.1);

    /// <summary>The spiral behind the lens; its frames and sequences are this record's.</summary>
    public Spiral Latent { get; init; } = new();

    /// <summary>Units of the lens's first layer.</summary>
    public int Hidden { get; init; } = 20;

    /// <summary>Seed of the lens: another makes another lens, the data's seed does not.</summary>
    public int LensSeed { get; init; } = 1;

    /// <summary>Particles of the particle filter behind <see cref="LogLikelihood"/>.</summary>
    public int Particles { get; init; } = 4000;

    /// <summary>Seed of those particles.</summary>
    public int ParticleSeed { get; init; }

    /// <summary>log p(y) by a particle filter; two runs of 4,000 particles differ by about a nat in 900 frames.</summary>
    /// <inheritdoc/>
    public override Tensor LogLikelihood(Tensor y)
    {
        CheckObservations(y);
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)ParticleSeed);
        return StateSpace().LogLikelihood(y, Particles, generator).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override int EntropySequences => 8;

    /// <inheritdoc/>
    protected override ToyData Draw(int sequences, Generator generator)
    {
        NonlinearStateSpace space = StateSpace();
        Tensor x = space.Sample(sequences, Frames, generator), clean = space.Emit(x);
        return new ToyData(Noisy(clean, generator), clean, x);
    }

    /// <inheritdoc/>
    protected override void Check()
    {
        base.Check();
        ArgumentOutOfRangeException.ThrowIfLessThan(Hidden, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Particles, 1);
    }

    private NonlinearStateSpace StateSpace()
    {
        LinearGaussianProcess spiral = Latent.Process;
        Tensor start = linalg.cholesky(spiral.P).t(), turn = spiral.A.t();
        Tensor Draws(long count, Generator g) => randn([count, 2], ScalarType.Float64, generator: g);
        return new NonlinearStateSpace((count, g) => matmul(Draws(count, g), start),
            (x, g) => matmul(x, turn) + Latent.DynamicsNoise * Draws(x.shape[0], g), Lens(), Noise);
    }

    private Func<Tensor, Tensor> Lens()
    {
        using var g = new Generator((ulong)LensSeed);
        Tensor Weights(double scale, params long[] shape) => scale * randn(shape, ScalarType.Float64, generator: g);
        Tensor W1 = Weights(Math.Sqrt(1.0 / 8), 2, Hidden), b1 = Weights(0.5, Hidden);
        Tensor W2 = Weights(Math.Sqrt(2.0 / Hidden), Hidden, Observed), b2 = Weights(0.5, Observed);
        return x => (matmul((matmul(x, W1) + b1).tanh(), W2) + b2).tanh();
    }
}
