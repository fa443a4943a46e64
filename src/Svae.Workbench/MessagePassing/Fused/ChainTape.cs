namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// What the backward pass needs of the forward pass: for each step the inverse factor K_t, y_t, W_t, the covariance and the state paths.
/// </summary>
/// <param name="memory">Lanes of all groups, each step of a group contiguous.</param>
/// <param name="T">Steps.</param>
/// <param name="n">Latent dimension.</param>
/// <param name="paths">State paths: the mean, then each sample.</param>
/// <param name="lanes">Sequences of a group.</param>
internal readonly unsafe struct ChainTape(double* memory, int T, int n, int paths, int lanes)
{
    /// <summary>Entries of one step, each <c>lanes</c> doubles.</summary>
    public static long StepEntries(int n, int paths) => n * (2L * n + 1) + (long)n * n + (long)n * paths;

    public ChainStep Step(int group, int t)
    {
        double* start = memory + ((long)group * T + t) * StepEntries(n, paths) * lanes;
        double* covariance = start + (long)n * (2 * n + 1) * lanes;
        return new ChainStep(
            new LaneMatrix(start, n, 2 * n + 1, (2 * n + 1) * lanes, lanes),
            new LaneMatrix(covariance, n, n, n * lanes, lanes),
            new LaneMatrix(covariance + (long)n * n * lanes, n, paths, paths * lanes, lanes));
    }
}

/// <summary>One step of the tape.</summary>
/// <param name="factors">[K | y | W], n × (2n + 1).</param>
/// <param name="covariance">Cov(x_t), n × n.</param>
/// <param name="states">The mean and the samples, n × paths.</param>
internal readonly struct ChainStep(LaneMatrix factors, LaneMatrix covariance, LaneMatrix states)
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

    public LaneMatrix Covariance => covariance;

    public LaneMatrix States => states;
}
