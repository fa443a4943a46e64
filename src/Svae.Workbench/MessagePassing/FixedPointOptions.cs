namespace Svae.Workbench.MessagePassing;

/// <summary>How the gradient passes a fixed point m* = F(m*; ψ) (Bendekgey, Hope and Sudderth 2023, section 4).</summary>
public enum FixedPointGradient
{
    /// <summary>Implicit function theorem: solves (I − ∂F/∂m)ᵀ u = v at the fixed point. Memory of one sweep.</summary>
    Implicit,

    /// <summary>Backpropagation through every sweep. Memory grows with the sweeps.</summary>
    Unrolled,

    /// <summary>Backpropagation through the last <see cref="FixedPointOptions.TruncatedSweeps"/> sweeps only. Biased, cheapest.</summary>
    Truncated,
}

/// <summary>When the iteration stops, and how its gradient is taken.</summary>
public sealed record FixedPointOptions
{
    /// <summary>At most this many sweeps.</summary>
    public int MaxSweeps { get; init; } = 50;

    /// <summary>Stop when no sequence's surrogate changes by more than this in a sweep, in nats per frame; negative to take all sweeps.</summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>The gradient route.</summary>
    public FixedPointGradient Gradient { get; init; } = FixedPointGradient.Implicit;

    /// <summary>Sweeps that the truncated route differentiates; with none, q(z) is held constant in the gradient.</summary>
    public int TruncatedSweeps { get; init; } = 1;

    /// <summary>Richardson iterations of the implicit route, at most; each costs one backward pass through a sweep.</summary>
    public int MaxAdjointIterations { get; init; } = 20;

    /// <summary>The implicit route stops when each sequence's residual ‖v + Jᵀu − u‖ is below this times its ‖v‖.</summary>
    public double AdjointTolerance { get; init; } = 1e-4;

    /// <summary>
    /// Richardson step: u ← u + damping · (v + Jᵀu − u). At a maximum of two-block ascent the eigenvalues λ of J = ∂F/∂m are real and in
    /// [0, 1), so a step of 1 contracts by the largest λ, and a step of ½ by ½(1 + λ), which is never better. Measured on 200 random SLDS
    /// (benchmark "slds-adjoint"), iterations to a residual of 1e-4 without memory: 17.2 on average at ½, 8.0 at 1.
    /// </summary>
    public double Damping { get; init; } = 1;

    /// <summary>
    /// How many earlier iterations Richardson's next step is combined with (Anderson acceleration, for a linear problem the same as
    /// restarted GMRES; Walker and Ni 2011); 0 is the plain iteration. On the same 200 problems a memory of 5 took 3.6 iterations on average
    /// and at most 7, and solved the 3 that the plain iteration had not solved after 60.
    /// </summary>
    public int AdjointMemory { get; init; } = 5;

    internal void Require()
    {
        if (MaxSweeps < 0) throw new ArgumentException($"MaxSweeps: must not be negative, got {MaxSweeps}");
        if (TruncatedSweeps < 0) throw new ArgumentException($"TruncatedSweeps: must not be negative, got {TruncatedSweeps}");
        if (MaxAdjointIterations < 1) throw new ArgumentException($"MaxAdjointIterations: must be at least 1, got {MaxAdjointIterations}");
        if (!(Damping is > 0 and < 2)) throw new ArgumentException($"Damping: must lie between 0 and 2, got {Damping}");
        if (AdjointMemory < 0) throw new ArgumentException($"AdjointMemory: must not be negative, got {AdjointMemory}");
    }
}
