namespace Svae.Workbench.GraphicalModels;

/// <summary>Size and prior of a linear dynamical system whose latents have about unit scale.</summary>
public sealed record LdsSettings
{
    /// <summary>Latent dimension n.</summary>
    public int Dimension { get; init; } = 10;

    /// <summary>Prior expectation of the innovation's standard deviation, latent units.</summary>
    public double InnovationScale { get; init; } = 0.3;

    /// <summary>Pseudo-frames behind the prior on the innovation covariance, above the n + 1 that it needs to have a mean.</summary>
    public double InnovationStrength { get; init; } = 5;

    /// <summary>Prior precision of [A b] about [I 0], in pseudo-frames.</summary>
    public double DynamicsStrength { get; init; } = 1;

    /// <summary>η₀ of p(θ).</summary>
    /// <exception cref="ArgumentException">The dimension is below one or a scale is not positive.</exception>
    public LdsParameters Prior()
    {
        if (Dimension < 1) throw new ArgumentException($"LDS {nameof(Dimension)}: must be at least 1, got {Dimension}");
        return LdsParameters.OfState(AsSingleState().Prior(), 0);
    }

    /// <summary>The same as a switching system with one state.</summary>
    internal SldsSettings AsSingleState() => new()
    {
        States = 1, Dimension = Dimension, InnovationScale = InnovationScale, InnovationStrength = InnovationStrength, DynamicsStrength = DynamicsStrength,
    };
}
