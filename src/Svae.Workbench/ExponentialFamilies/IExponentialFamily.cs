using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies;

/// <summary>
/// Exponential family <c>p(x; η) = h(x) exp{⟨η, t(x)⟩ − log Z(η)}</c>, batched over the leading dimensions of η.
/// Everything is differentiable by autograd except <see cref="Contains"/> and <see cref="Require"/>.
/// </summary>
/// <remarks>
/// Powers of 2π are part of the base measure h, not of log Z: they cancel in every divergence and every natural gradient.
/// </remarks>
/// <typeparam name="T">The record of the family's natural parameters, which also holds its statistics.</typeparam>
public interface IExponentialFamily<T> where T : INaturalParameters<T>
{
    /// <summary>log Z(η), shape [...].</summary>
    /// <exception cref="DomainException">A block that has to be positive definite is not.</exception>
    Tensor LogPartition(T eta);

    /// <summary>E[t(x)] = ∇ log Z(η), in the blocks of η.</summary>
    /// <exception cref="DomainException">A block that has to be positive definite is not.</exception>
    T ExpectedStatistics(T eta);

    /// <summary>
    /// log h(x), shape [...], powers of 2π included. In every family here it is affine in the statistics,
    /// so that <c>LogBaseMeasure(t(x))</c> is its value at x and <c>LogBaseMeasure(E[t(x)])</c> its expectation.
    /// </summary>
    Tensor LogBaseMeasure(T statistics);

    /// <summary>Is every distribution of the batch inside the domain? A natural-gradient step asks before it is taken.</summary>
    /// <exception cref="ArgumentException">Blocks whose shapes do not fit, or not float64; the message names the block.</exception>
    bool Contains(T eta);

    /// <summary>Stops at natural parameters outside the domain.</summary>
    /// <param name="eta">The natural parameters.</param>
    /// <param name="symbol">What the caller calls them; the message begins with it.</param>
    /// <exception cref="DomainException">The first violation, with its index: "Dirichlet α[2, 0] = 0 must be positive".</exception>
    void Require(T eta, string symbol);
}

/// <summary>An exponential family with the values x that it is a distribution over.</summary>
/// <typeparam name="T">The record of natural parameters.</typeparam>
/// <typeparam name="TValue">A value x, or a batch of them.</typeparam>
public interface IExponentialFamily<T, TValue> : IExponentialFamily<T> where T : INaturalParameters<T>
{
    /// <summary>t(x), in the blocks of η.</summary>
    T Statistics(TValue value);

    /// <summary>Independent draws, shape [count, ...] before the event dimensions; not differentiable.</summary>
    /// <param name="eta">Natural parameters, inside the domain.</param>
    /// <param name="generator">Source of randomness, on the device of η: the same state gives the same draws.</param>
    /// <param name="count">Draws from each distribution of the batch.</param>
    TValue Sample(T eta, Generator generator, int count);
}
