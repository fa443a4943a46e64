using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>Sizes and prior of a hidden Markov model whose latents have about unit scale.</summary>
public sealed record HmmSettings
{
    /// <summary>Number of discrete states K.</summary>
    public int States { get; init; } = 10;

    /// <summary>Latent dimension n.</summary>
    public int Dimension { get; init; } = 2;

    /// <summary>Dirichlet concentration of the initial state and of each transition row, spread over the K states.</summary>
    public double Concentration { get; init; } = 1;

    /// <summary>Extra pseudo-counts on self-transitions: the prior's say for long durations.</summary>
    public double Stickiness { get; init; }

    /// <summary>β ≥ 1, the weight of the states' divergence: larger, and states change less often.</summary>
    public double StateWeight { get; init; } = 1;

    /// <summary>Prior on the states' means and covariances.</summary>
    public ComponentPrior Components { get; init; } = new();

    /// <summary>Tolerance and gradient route of the mean field.</summary>
    public FixedPointOptions Inner { get; init; } = new() { MaxSweeps = 20, Tolerance = 1e-4, AdjointTolerance = 1e-2 };

    /// <summary>η₀ of p(θ).</summary>
    /// <exception cref="ArgumentException">A size is below one or a scale is not positive.</exception>
    public HmmParameters Prior()
    {
        if (!(Stickiness >= 0)) throw new ArgumentException($"HMM {nameof(Stickiness)}: must not be negative, got {Stickiness}");
        var components = Components.Natural(States, Dimension);
        if (!(Concentration > 0)) throw new ArgumentException($"HMM {nameof(Concentration)}: must be positive, got {Concentration}");
        Tensor even = full([States], Concentration / States, ScalarType.Float64);
        return new HmmParameters(
            Dirichlet.FromStandard(new Dirichlet.Standard(even)),
            Dirichlet.FromStandard(new Dirichlet.Standard(even.expand(States, States) + Stickiness * eye(States, dtype: ScalarType.Float64))),
            components);
    }
}

/// <summary>The normal-inverse-Wishart prior that K components share: <c>Σ ~ IW(S, ν), μ | Σ ~ N(0, Σ/κ)</c>.</summary>
public sealed record ComponentPrior
{
    /// <summary>κ: how many points the prior mean 0 is worth.</summary>
    public double MeanStrength { get; init; } = 0.5;

    /// <summary>Prior expectation of a component's standard deviation, latent units.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Pseudo-points behind the prior on the covariance, above the n + 1 that it needs to have a mean.</summary>
    public double Strength { get; init; } = 1;

    /// <summary>η₀ of K components in n dimensions.</summary>
    /// <exception cref="ArgumentException">A size is below one or a scale is not positive.</exception>
    public NormalInverseWishart.Natural Natural(int components, int dimension)
    {
        if (components < 1 || dimension < 1) throw new ArgumentException($"components and dimension: must be at least 1, got {components} and {dimension}");
        foreach (var (value, name) in new[] { (MeanStrength, nameof(MeanStrength)), (Scale, nameof(Scale)), (Strength, nameof(Strength)) })
            if (!(value > 0)) throw new ArgumentException($"component prior {name}: must be positive, got {value}");
        return NormalInverseWishart.FromStandard(new NormalInverseWishart.Standard(
            zeros(components, dimension, ScalarType.Float64), full([components], MeanStrength, ScalarType.Float64),
            (eye(dimension, dtype: ScalarType.Float64) * (Strength * Scale * Scale)).expand(components, dimension, dimension),
            full([components], dimension + 1 + Strength, ScalarType.Float64)));
    }
}
