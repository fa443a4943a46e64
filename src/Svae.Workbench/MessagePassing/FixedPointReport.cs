namespace Svae.Workbench.MessagePassing;

/// <summary>What the forward iteration did.</summary>
/// <param name="Sweeps">Sweeps taken.</param>
/// <param name="Converged">Whether every sequence met the tolerance.</param>
/// <param name="Residual">The last change of the surrogate, nats per frame, the largest over all sequences; +∞ after a single sweep.</param>
/// <param name="SequenceResiduals">The same of each sequence; empty after a single sweep.</param>
/// <param name="Surrogate">The surrogate after each sweep, summed over the batch, nats; it must not fall.</param>
/// <param name="LargestFall">
/// The largest fall of any one sequence's surrogate in any sweep, nats per frame: 0 up to rounding, unless the potentials are not those of
/// one model.
/// </param>
/// <param name="Adjoint">Filled by the backward pass of the implicit route.</param>
public sealed record FixedPointReport(
    int Sweeps, bool Converged, double Residual, IReadOnlyList<double> SequenceResiduals, IReadOnlyList<double> Surrogate, double LargestFall,
    AdjointReport Adjoint);

/// <summary>What the Richardson iteration of the implicit gradient did; empty until the backward pass has run.</summary>
public sealed class AdjointReport
{
    /// <summary>Iterations taken, each one product with the Jacobian.</summary>
    public int Iterations { get; internal set; }

    /// <summary>‖v + Jᵀu − u‖ / ‖v‖ at the end, the largest over all sequences.</summary>
    public double Residual { get; internal set; }

    /// <summary>Whether every sequence met the tolerance.</summary>
    public bool Converged { get; internal set; }

    /// <summary>Sequences whose residual stayed above <see cref="FallbackResidual"/> and that took the one-step gradient u = v instead.</summary>
    public int FellBack { get; internal set; }

    /// <summary>A solution with a larger residual is not used.</summary>
    public const double FallbackResidual = 1e-2;
}
