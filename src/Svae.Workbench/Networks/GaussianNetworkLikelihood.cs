using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Networks;

/// <summary>
/// <c>y_d ~ N(μ_d(x), σ_d²(x))</c> with the variance an output of the network too, as in the code of Johnson et al. (2016):
/// features (μ, u) with <c>σ² = floor + log(1 + eᵘ)</c>.
/// </summary>
/// <param name="floor">No variance falls below this, observation units squared.</param>
public sealed class GaussianNetworkLikelihood(double floor = 1e-4) : Likelihood(nameof(GaussianNetworkLikelihood))
{
    /// <inheritdoc/>
    public override int FeaturesPerOutput => 2;

    /// <inheritdoc/>
    public override Tensor LogDensity(Tensor y, Tensor features) => LogNormal(y, Mean(features), Variance(features).log());

    /// <inheritdoc/>
    public override Tensor Mean(Tensor features) => features.narrow(-1, 0, features.shape[^1] / 2);

    /// <inheritdoc/>
    public override Tensor Sample(Tensor features, Generator generator)
    {
        using var mode = no_grad();
        Tensor mean = Mean(features);
        return mean + Variance(features).sqrt() * Normals(mean, generator);
    }

    /// <summary>σ²(x), [..., D].</summary>
    public Tensor Variance(Tensor features)
    {
        long observed = features.shape[^1] / 2;
        return floor + nn.functional.softplus(features.narrow(-1, observed, observed));
    }
}
