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
}
