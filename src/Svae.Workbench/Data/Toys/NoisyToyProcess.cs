using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>A process that is observed with white Gaussian noise: <c>y_t = clean_t + σ ε_t</c>, <c>ε_t ~ N(0, I_D)</c>.</summary>
public abstract record NoisyToyProcess : ToyProcess
{
    /// <summary>Frames of a sequence, T.</summary>
    public int Frames { get; init; }

    /// <summary>Size of an observation, D.</summary>
    public int Observed { get; init; }

    /// <summary>σ, the standard deviation of the noise, observation units.</summary>
    public double Noise { get; init; }

    /// <summary>
    /// <c>h(y_t | x_t) = D/2 · log 2πeσ²</c>, nats for each frame: what is left when the latent states are known. No model's
    /// log-likelihood for each frame can exceed minus this on average.
    /// </summary>
    public double NoiseEntropy => Observed * (0.5 * Math.Log(2 * Math.PI * Noise * Noise) + 0.5);

    /// <summary>
    /// <c>h(y) = T·h(y_t|x_t) + I(x; y)</c> for each sequence, the information <c>I = E[log p(y|x) − log p(y)]</c> averaged over
    /// drawn sequences: the noise, which varies most, cancels.
    /// </summary>
    /// <param name="seed">Seed of the drawn sequences.</param>
    public override ProcessEntropy Entropy(int seed = 0)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        ToyData drawn = Sample(EntropySequences, generator);
        Tensor information = LogLikelihoodGiven(drawn.Clean, drawn.Observations) - LogLikelihood(drawn.Observations);
        return new ProcessEntropy(Frames * NoiseEntropy + information.mean().item<double>(),
            information.std().item<double>() / Math.Sqrt(EntropySequences));
    }

    /// <summary>log p(y | clean) = Σ_t log N(y_t; clean_t, σ²I), nats, float64 [N].</summary>
    /// <param name="clean">What was observed before noise, [N, T, D].</param>
    /// <param name="y">Observations, [N, T, D].</param>
    public Tensor LogLikelihoodGiven(Tensor clean, Tensor y)
    {
        CheckObservations(y);
        Tensor square = (y.to(ScalarType.Float64) - clean.to(ScalarType.Float64)).square().sum([1L, 2L]);
        return -0.5 / (Noise * Noise) * square - y.shape[1] * (NoiseEntropy - 0.5 * Observed);
    }

    /// <summary>Sequences drawn for <see cref="Entropy"/>.</summary>
    protected virtual int EntropySequences => 200;

    /// <summary>y from clean, float64: the noise of <see cref="Noise"/> added.</summary>
    protected Tensor Noisy(Tensor clean, Generator generator) =>
        clean + Noise * randn(clean.shape, clean.dtype, generator: generator);

    /// <inheritdoc/>
    protected override void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Observed, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Noise);
    }

    /// <summary>Throws unless y is [N, T, D] with this process's D.</summary>
    protected void CheckObservations(Tensor y) => Guard.Shape(y, "y", ("sequence", -1), ("time", -1), ("observed", Observed));
}
