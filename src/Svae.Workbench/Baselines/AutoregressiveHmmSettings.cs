namespace Svae.Workbench.Baselines;

/// <summary>What an <see cref="AutoregressiveHmm"/> is fitted with. The defaults are meant to be kept; only K is a matter of taste.</summary>
public sealed record AutoregressiveHmmSettings
{
    /// <summary>K, the number of discrete states, at least 1.</summary>
    public int States { get; init; } = 12;

    /// <summary>
    /// States that each start begins with; those above K are merged away two by two, by Bayesian evidence. EM cannot move a state from
    /// where two do the work of one to where one does the work of two; beginning with too many and merging can. Unset: K, no merging.
    /// </summary>
    public int? Candidates { get; init; }

    /// <summary>
    /// L, how many earlier frames each frame is regressed on, at least 1. Three see through sensor noise when there are thousands of
    /// frames a state, as in depth video (with <see cref="LikelihoodPower"/> 0.5 and <see cref="PriorFrames"/> 5); one is safer below.
    /// </summary>
    public int Lags { get; init; } = 1;

    /// <summary>
    /// ζ in (0, 1]: the likelihood of a frame counts as its ζ-th power (a coarsened posterior, Miller and Dunson 2019). Neighbouring
    /// frames say nearly the same thing about the state, more than a low-order model knows, so that at ζ = 1 the states follow single
    /// frames whatever the stickiness: measured on a simulated mouse, they then last 5 frames where the truth is 14. Smaller is calmer.
    /// </summary>
    public double LikelihoodPower { get; init; } = 0.3;

    /// <summary>κ ≥ 0: pseudo-counts that the sticky Dirichlet prior puts on each state's transition to itself.</summary>
    public double Stickiness { get; init; } = 50;

    /// <summary>Pseudo-counts (α − 1 > 0) that the prior puts on every transition and every initial state.</summary>
    public double TransitionCounts { get; init; } = 1;

    /// <summary>
    /// Strength of the matrix-normal-inverse-Wishart prior in pseudo-frames: of a random walk <c>x_t = x_{t−1} + noise</c> whose noise
    /// has the variances of the data's first differences.
    /// </summary>
    public double PriorFrames { get; init; } = 10;

    /// <summary>Frames of the windows whose clusters are the first states: not longer than a state lasts.</summary>
    public double WindowLength { get; init; } = 12;

    /// <summary>How many clusterings of the windows each start chooses its first states from; they cost little.</summary>
    public int WindowStarts { get; init; } = 10;

    /// <summary>Independent starts; the one with the best penalised likelihood is kept.</summary>
    public int Restarts { get; init; } = 5;

    /// <summary>At most this many EM iterations a start.</summary>
    public int Iterations { get; init; } = 50;

    /// <summary>A start has converged when an iteration gains less than this many nats a frame.</summary>
    public double Tolerance { get; init; } = 1e-5;

    /// <summary>Same seed, same result.</summary>
    public int Seed { get; init; }

    internal void Require()
    {
        Require(States >= 1, nameof(States), States, "at least 1");
        Require(Candidates is null || Candidates >= States, nameof(Candidates), Candidates, $"at least {nameof(States)} = {States}");
        Require(Lags >= 1, nameof(Lags), Lags, "at least 1");
        Require(LikelihoodPower is > 0 and <= 1, nameof(LikelihoodPower), LikelihoodPower, "in (0, 1]");
        Require(Stickiness >= 0 && double.IsFinite(Stickiness), nameof(Stickiness), Stickiness, "finite and at least 0");
        Require(TransitionCounts > 0 && double.IsFinite(TransitionCounts), nameof(TransitionCounts), TransitionCounts, "finite and positive");
        Require(PriorFrames > 0 && double.IsFinite(PriorFrames), nameof(PriorFrames), PriorFrames, "finite and positive");
        Require(WindowLength > 1 && double.IsFinite(WindowLength), nameof(WindowLength), WindowLength, "finite and above 1");
        Require(WindowStarts >= 1, nameof(WindowStarts), WindowStarts, "at least 1");
        Require(Restarts >= 1, nameof(Restarts), Restarts, "at least 1");
        Require(Iterations >= 1, nameof(Iterations), Iterations, "at least 1");
        Require(Tolerance >= 0, nameof(Tolerance), Tolerance, "at least 0");
    }

    private static void Require(bool holds, string name, object? value, string expected)
    {
        if (!holds) throw new ArgumentException($"settings.{name}: expected {expected}, got {value}");
    }
}
