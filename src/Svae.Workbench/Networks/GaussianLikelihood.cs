using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Svae.Workbench.Networks;

/// <summary>What is learned about the variance of a Gaussian likelihood.</summary>
public enum GaussianVariance
{
    /// <summary>One variance for each output, learned.</summary>
    PerOutput,

    /// <summary>One variance for all outputs, learned.</summary>
    Shared,

    /// <summary>A known variance, the same for all outputs.</summary>
    Fixed,
}

/// <summary><c>y_d ~ N(μ_d, σ_d²)</c>: the features are the means μ, the variances do not depend on them.</summary>
public sealed class GaussianLikelihood : Likelihood
{
    private readonly Tensor logVariance; // a parameter where it is learned, else a buffer: saved and moved along, but no weight
    private readonly double floor;

    /// <param name="observed">Observation size D.</param>
    /// <param name="kind">What is learned about the variance.</param>
    /// <param name="variance">σ² at the start, or the fixed one; observation units squared.</param>
    /// <param name="floor">No variance falls below this.</param>
    /// <exception cref="ArgumentException">Not 0 &lt; floor ≤ variance.</exception>
    public GaussianLikelihood(long observed, GaussianVariance kind = GaussianVariance.PerOutput, double variance = 1, double floor = 1e-6)
        : base(nameof(GaussianLikelihood))
    {
        if (!(0 < floor && floor <= variance)) throw new ArgumentException($"variance: expected 0 < floor ≤ variance, got floor {floor} and variance {variance}");
        this.floor = Math.Log(floor);
        Tensor start = full(kind == GaussianVariance.PerOutput ? observed : 1, Math.Log(variance), ScalarType.Float32);
        logVariance = kind == GaussianVariance.Fixed ? start : new Parameter(start);
        RegisterComponents();
    }

    /// <summary>σ², shape [D] or [1].</summary>
    public Tensor Variance => LogVariance.exp();

    private Tensor LogVariance => logVariance.clamp_min(floor);

    /// <summary>Sets σ², for instance to what principal components leave over.</summary>
    /// <param name="variance">[D] or [1].</param>
    public void SetVariance(Tensor variance)
    {
        using var mode = no_grad();
        Guard.Shape(variance, "variance", ("observed", logVariance.shape[0]));
        logVariance.copy_(variance.log());
    }

    /// <inheritdoc/>
    public override Tensor LogDensity(Tensor y, Tensor features) => LogNormal(y, features, LogVariance);

    /// <inheritdoc/>
    public override Tensor LogLikelihood(Tensor y, Tensor features) => LogNormalSum(y, features, LogVariance);

    /// <inheritdoc/>
    public override Tensor Mean(Tensor features) => features;

    /// <inheritdoc/>
    public override Tensor Sample(Tensor features, Generator generator)
    {
        using var mode = no_grad();
        return features + Variance.sqrt() * Normals(features, generator);
    }
}
