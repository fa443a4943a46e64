using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>
/// A process that toy data comes from, described by its settings: it can be sampled, and as its equations are known, the best
/// score that any model can reach on its data is known too.
/// </summary>
public abstract record ToyProcess
{
    /// <summary>How many sequences there are to learn from.</summary>
    public int TrainingSequences { get; init; } = 1;

    /// <summary>How many sequences there are to score on.</summary>
    public int HeldOutSequences { get; init; } = 1;

    /// <summary>Draws the sequences of one experiment; the same seed gives the same data, however many are held out.</summary>
    /// <param name="seed">Seed of all randomness.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it.</exception>
    public ToySplit Generate(int seed)
    {
        using var generator = new Generator((ulong)seed);
        return new ToySplit(Sample(TrainingSequences, generator), Sample(HeldOutSequences, generator));
    }

    /// <summary>Draws sequences.</summary>
    /// <param name="sequences">How many, N ≥ 1.</param>
    /// <param name="generator">Source of the randomness, on the CPU.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it.</exception>
    public ToyData Sample(int sequences, Generator generator)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sequences, 1);
        return Single(() => Draw(sequences, generator));
    }

    /// <summary>Checks the settings, then draws sequences and keeps them in single precision.</summary>
    private protected ToyData Single(Func<ToyData> draw)
    {
        Check();
        using var scope = NewDisposeScope();
        ToyData drawn = draw();
        return drawn with
        {
            Observations = drawn.Observations.to(ScalarType.Float32).MoveToOuterDisposeScope(),
            Clean = drawn.Clean.to(ScalarType.Float32).MoveToOuterDisposeScope(),
            Latents = drawn.Latents.to(ScalarType.Float32).MoveToOuterDisposeScope(),
        };
    }

    /// <summary>log p(y) of every sequence under the process itself, the latent states integrated out.</summary>
    /// <param name="y">Observations, [N, T, D].</param>
    /// <returns>Nats, float64 [N].</returns>
    /// <exception cref="ArgumentException">y is not of the process's shape.</exception>
    public abstract Tensor LogLikelihood(Tensor y);

    /// <summary>h(y): the entropy of one sequence.</summary>
    /// <param name="seed">Seed of the Monte-Carlo estimate where one is needed.</param>
    public abstract ProcessEntropy Entropy(int seed = 0);

    /// <summary>Sequences in float64 or float32; called with settings that have been checked.</summary>
    protected abstract ToyData Draw(int sequences, Generator generator);

    /// <summary>Throws where a setting is out of its range.</summary>
    protected abstract void Check();
}
