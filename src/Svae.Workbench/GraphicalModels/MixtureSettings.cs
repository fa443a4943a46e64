using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>Sizes and prior of a Gaussian mixture whose latents have about unit scale.</summary>
public sealed record MixtureSettings
{
    /// <summary>Number of components K.</summary>
    public int Components { get; init; } = 15;

    /// <summary>Latent dimension n.</summary>
    public int Dimension { get; init; } = 2;

    /// <summary>Dirichlet concentration α of the weights, the same for each component; small values empty components that are not needed.</summary>
    public double Concentration { get; init; } = 0.1;

    /// <summary>Prior on means and covariances.</summary>
    public ComponentPrior Component { get; init; } = new();

    /// <summary>Tolerance and gradient route of the mean field.</summary>
    public FixedPointOptions Inner { get; init; } = new() { MaxSweeps = 30, Tolerance = 1e-4, AdjointTolerance = 1e-2 };

    /// <summary>η₀ of p(θ).</summary>
    /// <exception cref="ArgumentException">A size is below one or a scale is not positive.</exception>
    public MixtureParameters Prior() => new(
        Dirichlet.FromStandard(new Dirichlet.Standard(full([Components], Concentration, ScalarType.Float64))),
        Component.Natural(Components, Dimension));
}
