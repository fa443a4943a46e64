using Svae.Workbench.Networks.Fused;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Svae.Workbench.Networks;

/// <summary>
/// The distribution of every output of an observation given a decoder network's features; outputs are independent given these.
/// </summary>
/// <param name="name">The module's name.</param>
public abstract class Likelihood(string name) : Module(name)
{
    /// <summary>Features that each output takes: a network for D outputs ends in D times as many.</summary>
    public virtual int FeaturesPerOutput => 1;

    /// <summary>log p(y_d | features) of every output, nats, [..., D].</summary>
    /// <param name="y">Observations, [..., D].</param>
    /// <param name="features">[..., D · <see cref="FeaturesPerOutput"/>], whose leading dimensions broadcast with those of y.</param>
    public abstract Tensor LogDensity(Tensor y, Tensor features);

    /// <summary>log p(y | features) of each frame, <see cref="LogDensity"/> summed over outputs: nats, [...].</summary>
    /// <inheritdoc cref="LogDensity" path="/param"/>
    public virtual Tensor LogLikelihood(Tensor y, Tensor features) => LogDensity(y, features).sum(-1);

    /// <summary>E[y | features], [..., D].</summary>
    public abstract Tensor Mean(Tensor features);

    /// <summary>Draws of y given features, [..., D]; not differentiable.</summary>
    /// <param name="features">[..., D · <see cref="FeaturesPerOutput"/>].</param>
    /// <param name="generator">Source of the draws, on the CPU.</param>
    public abstract Tensor Sample(Tensor features, Generator generator);

    /// <summary>Standard normal draws beside these features.</summary>
    internal static Tensor Normals(Tensor like, Generator generator) =>
        randn(like.shape, like.dtype, generator: generator).to(like.device);

    /// <summary><c>log N(y; mean, exp(log variance))</c>, entry by entry.</summary>
    internal static Tensor LogNormal(Tensor y, Tensor mean, Tensor logVariance) =>
        -0.5 * (((y - mean) * (-0.5 * logVariance).exp()).square() + logVariance + Math.Log(2 * Math.PI));

    /// <summary>The same summed over outputs, [...].</summary>
    internal static Tensor LogNormalSum(Tensor y, Tensor mean, Tensor logVariance) =>
        LogNormalFunction.Suits(y, mean, logVariance) ? LogNormalFunction.Call(y, mean, logVariance) : LogNormalSumByTensors(y, mean, logVariance);

    /// <summary>The same in tensor operations.</summary>
    internal static Tensor LogNormalSumByTensors(Tensor y, Tensor mean, Tensor logVariance)
    {
        Tensor square = ((y - mean) * (-0.5 * logVariance).exp()).square();
        Tensor constant = (logVariance + Math.Log(2 * Math.PI)).sum() * (y.shape[^1] / logVariance.shape[0]);
        return -0.5 * (square.sum(-1) + constant);
    }
}
