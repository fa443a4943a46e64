using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Networks;

/// <summary>Binary outputs, <c>y_d ~ Bernoulli(sigmoid(u_d))</c>: the features u are logits.</summary>
public sealed class BernoulliLikelihood() : Likelihood(nameof(BernoulliLikelihood))
{
    /// <summary><c>y u − log(1 + eᵘ)</c>, nats, [..., D].</summary>
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An observation is below 0 or above 1.</exception>
    public override Tensor LogDensity(Tensor y, Tensor features)
    {
        if ((y < 0).logical_or(y > 1).any().item<bool>())
            throw new ArgumentException("y: a Bernoulli likelihood takes values from 0 to 1, got others; rescale them, or choose a Gaussian likelihood");
        return y * features - nn.functional.softplus(features);
    }

    /// <inheritdoc/>
    public override Tensor Mean(Tensor features) => features.sigmoid();

    /// <inheritdoc/>
    public override Tensor Sample(Tensor features, Generator generator)
    {
        using var mode = no_grad();
        Tensor draws = rand(features.shape, features.dtype, generator: generator).to(features.device);
        return (draws < features.sigmoid()).to(features.dtype);
    }
}
