using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Networks;

/// <summary>Counts, <c>y_d ~ Poisson(exp u_d)</c>: the features u are log rates, in log counts per frame.</summary>
public sealed class PoissonLikelihood() : Likelihood(nameof(PoissonLikelihood))
{
    /// <summary><c>y u − eᵘ − log y!</c>, nats, [..., D].</summary>
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An observation is negative.</exception>
    public override Tensor LogDensity(Tensor y, Tensor features)
    {
        if ((y < 0).any().item<bool>()) throw new ArgumentException("y: a Poisson likelihood takes counts, 0 and above, got a negative one");
        return y * features - features.exp() - (y + 1).lgamma();
    }

    /// <inheritdoc/>
    public override Tensor Mean(Tensor features) => features.exp();

    /// <inheritdoc/>
    public override Tensor Sample(Tensor features, Generator generator)
    {
        using var mode = no_grad();
        return poisson(features.exp().cpu(), generator).to(features.device);
    }
}
