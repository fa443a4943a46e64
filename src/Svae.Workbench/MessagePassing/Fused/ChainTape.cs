namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// What the backward pass needs of a group's forward pass besides its outputs: for each step the inverse factor K_t, y_t and W_t,
/// as one matrix [K | y | W].
/// </summary>
/// <param name="memory">Lanes of one group.</param>
/// <param name="n">Latent dimension.</param>
/// <param name="lanes">Sequences side by side.</param>
internal readonly unsafe struct ChainTape(double* memory, int n, int lanes)
{
    /// <summary>Entries of one step, each <c>lanes</c> doubles.</summary>
    public static long StepEntries(int n) => n * (2L * n + 1);

    public ChainStep this[int t] => new(new LaneMatrix(memory + t * StepEntries(n) * lanes, n, 2 * n + 1, (2 * n + 1) * lanes, lanes));
}

/// <summary>One step of the tape.</summary>
internal readonly struct ChainStep(LaneMatrix factors)
{
    private readonly int n = factors.Rows;

    /// <summary>L_t⁻¹, lower triangular.</summary>
    public LaneMatrix K => factors.Block(0, n, 0, n);

    /// <summary>L_t⁻¹f_t, n × 1.</summary>
    public LaneMatrix Y => factors.Block(0, n, n, 1);

    /// <summary>L_t⁻¹U_t.</summary>
    public LaneMatrix W => factors.Block(0, n, n + 1, n);

    /// <summary>y, and W unless this is the last step: the right-hand sides of the elimination.</summary>
    public LaneMatrix RightHandSides(bool last) => factors.Block(0, n, n, last ? 1 : n + 1);
}
