using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>Sizes and prior of a switching linear dynamical system whose latents have about unit scale.</summary>
public sealed record SldsSettings
{
    /// <summary>Number of discrete states K.</summary>
    public int States { get; init; } = 12;

    /// <summary>Latent dimension n.</summary>
    public int Dimension { get; init; } = 10;

    /// <summary>Dirichlet concentration of the initial state and of each transition row, spread over the K states.</summary>
    public double Concentration { get; init; } = 1;

    /// <summary>Extra pseudo-counts on self-transitions: the prior's say for long durations.</summary>
    public double Stickiness { get; init; } = 10;

    /// <summary>β ≥ 1, the weight of the states' divergence: larger, and states change less often (see <see cref="SldsMeanField"/>).</summary>
    public double StateWeight { get; init; } = 1;

    /// <summary>Prior expectation of the innovation's standard deviation, latent units.</summary>
    public double InnovationScale { get; init; } = 0.3;

    /// <summary>Pseudo-frames behind the prior on the innovation covariance, above the n + 1 that it needs to have a mean.</summary>
    public double InnovationStrength { get; init; } = 5;

    /// <summary>Prior precision of [A b] about [I 0], in pseudo-frames.</summary>
    public double DynamicsStrength { get; init; } = 1;

    /// <summary>Tolerance and gradient route of the structured mean field.</summary>
    public FixedPointOptions Inner { get; init; } = new() { MaxSweeps = 20, Tolerance = 1e-4, AdjointTolerance = 1e-2 };

    /// <summary>η₀ of p(θ).</summary>
    /// <exception cref="ArgumentException">A size is below one or a scale is not positive.</exception>
    public SldsParameters Prior()
    {
        foreach (var (value, name) in new[] { (States, nameof(States)), (Dimension, nameof(Dimension)) })
            if (value < 1) throw new ArgumentException($"SLDS {name}: must be at least 1, got {value}");
        foreach (var (value, name) in new[] {
            (Concentration, nameof(Concentration)), (InnovationScale, nameof(InnovationScale)),
            (InnovationStrength, nameof(InnovationStrength)), (DynamicsStrength, nameof(DynamicsStrength)) })
            if (!(value > 0)) throw new ArgumentException($"SLDS {name}: must be positive, got {value}");

        if (!(Stickiness >= 0)) throw new ArgumentException($"SLDS {nameof(Stickiness)}: must not be negative, got {Stickiness}");

        var (k, n) = (States, Dimension);
        Tensor identity = eye(n, dtype: ScalarType.Float64).expand(k, n, n);
        Tensor nu = full([k], n + 1 + InnovationStrength, ScalarType.Float64);
        Tensor dynamicsMean = cat([identity, zeros(k, n, 1, ScalarType.Float64)], 2);
        Tensor sticky = full([k, k], Concentration / k, ScalarType.Float64) + Stickiness * eye(k, dtype: ScalarType.Float64);
        return new SldsParameters(
            Dirichlet.FromStandard(new Dirichlet.Standard(full([k], Concentration / k, ScalarType.Float64))),
            Dirichlet.FromStandard(new Dirichlet.Standard(sticky)),
            NormalInverseWishart.FromStandard(new NormalInverseWishart.Standard(
                zeros(k, n, ScalarType.Float64), full([k], 0.1, ScalarType.Float64), identity * InnovationStrength, nu)),
            MatrixNormalInverseWishart.FromStandard(new MatrixNormalInverseWishart.Standard(
                dynamicsMean, eye(n + 1, dtype: ScalarType.Float64).expand(k, n + 1, n + 1) / DynamicsStrength,
                identity * (InnovationStrength * InnovationScale * InnovationScale), nu)));
    }
}
