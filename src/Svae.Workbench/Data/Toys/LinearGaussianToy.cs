using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>Data of a linear dynamical system with known parameters: likelihood and entropy are exact.</summary>
public abstract record LinearGaussianToy : NoisyToyProcess
{
    /// <summary>Standard deviation of the dynamics' noise.</summary>
    public double DynamicsNoise { get; init; } = 0.1;

    /// <summary>The linear dynamical system with its true parameters.</summary>
    public abstract LinearGaussianProcess Process { get; }

    /// <summary>log p(y) of every sequence, exact, by the Kalman filter.</summary>
    /// <inheritdoc/>
    public override Tensor LogLikelihood(Tensor y)
    {
        CheckObservations(y);
        using var scope = NewDisposeScope();
        return Process.LogLikelihood(y).MoveToOuterDisposeScope();
    }

    /// <summary>h(y), exact, from the Kalman filter's innovations.</summary>
    /// <param name="seed">Not needed: nothing is drawn.</param>
    public override ProcessEntropy Entropy(int seed = 0)
    {
        using var scope = NewDisposeScope();
        return new ProcessEntropy(Process.Entropy(Frames));
    }

    /// <inheritdoc/>
    protected override ToyData Draw(int sequences, Generator generator)
    {
        var (x, clean) = Process.Sample(sequences, Frames, generator);
        return new ToyData(Noisy(clean, generator), clean, x);
    }

    /// <inheritdoc/>
    protected override void Check()
    {
        base.Check();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(DynamicsNoise);
    }
}
