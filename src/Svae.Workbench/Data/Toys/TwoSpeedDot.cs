using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>
/// A bouncing dot that runs at one of several speeds (Johnson et al. 2016, SLDS): the speed z_t is a Markov chain that keeps
/// its state for 50 frames on average, the phase runs on by <c>s_{t+1} = s_t + v_{z_{t+1}}/(D − 1)</c>, and
/// <c>y_tp = exp(−½((tri(s_t) − g_p)/w)²) + σ ε</c>. Phase and speed start uniformly.
/// </summary>
/// <remarks>
/// Latents are (position, direction ±1); labels are the speeds' indices. The script of 2016 runs two round trips at a randomly
/// chosen speed, 28 or 56 frames; a Markov chain of about that dwell time is what a switching model assumes.
/// </remarks>
public sealed record TwoSpeedDot : NoisyToyProcess
{
    private const int LeastCells = 8192;

    /// <summary>15 pixels, noise 0.05; 20 sequences of 200 frames to learn from and 5 to score on.</summary>
    public TwoSpeedDot() => (Observed, Frames, Noise, TrainingSequences, HeldOutSequences) = (15, 200, 0.05, 20, 5);

    /// <summary>v, pixels per frame.</summary>
    public IReadOnlyList<double> Speeds { get; init; } = [1.0, 1.9];

    /// <summary>Frames for which a speed is kept, on average; the probability to keep it is <c>1 − 1/dwell</c>.</summary>
    public double MeanDwell { get; init; } = 50;

    /// <summary>w, the dot's radius, where the line is 2 long: about two pixels.</summary>
    public double DotWidth { get; init; } = 0.3;

    /// <summary>
    /// log p(y) of every sequence, speeds and phases summed over by the forward recursion on a periodic grid of phases that every
    /// speed moves by whole cells, of at least 8,192 cells.
    /// </summary>
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No grid fits all speeds: their ratio is no fraction of small numbers.</exception>
    public override Tensor LogLikelihood(Tensor y)
    {
        CheckObservations(y);
        using var scope = NewDisposeScope();
        long cells = Cells();
        long[] moves = [.. Speeds.Select(v => (long)Math.Round(v / (Observed - 1) * cells / 2))];
        Tensor clean = MovingDot.Render(MovingDot.Position(arange(cells, dtype: ScalarType.Float64) * (2.0 / cells)), Observed, DotWidth);
        Tensor keep = Transition(), log = zeros(y.shape[0], ScalarType.Float64);
        Tensor forward = full([y.shape[0], Speeds.Count, cells], 1.0 / (Speeds.Count * cells), ScalarType.Float64);
        foreach (var (frame, t) in y.to(ScalarType.Float64).unbind(1).Select((frame, t) => (frame, t)))
        {
            using var inner = NewDisposeScope();
            Tensor mixed = t == 0 ? forward : matmul(keep.t(), forward);
            Tensor moved = t == 0 ? forward : stack([.. mixed.unbind(1).Select((a, z) => a.roll(moves[z], 1))], 1);
            Tensor square = frame.square().sum(-1, keepdim: true) - 2 * matmul(frame, clean.t()) + clean.square().sum(-1);
            Tensor density = (-0.5 / (Noise * Noise)) * square, most = density.amax([1L], keepdim: true);
            Tensor joint = moved * (density - most).exp().unsqueeze(1), total = joint.sum([1L, 2L]);
            log = (log + total.log() + most.squeeze(1) - (NoiseEntropy - 0.5 * Observed)).MoveToOuterDisposeScope();
            forward = (joint / total.reshape(-1, 1, 1)).MoveToOuterDisposeScope();
        }
        return log.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override int EntropySequences => 50;

    /// <summary>Videos of a dot whose speed is given in every frame; with the same seed they begin at the same phases and have the same noise.</summary>
    /// <param name="speeds">The speed's index in every frame, one array for each video, all of one length.</param>
    /// <param name="seed">Seed of the first phases and the noise.</param>
    /// <exception cref="ArgumentException">No videos, videos of different lengths or of no frames, or an index that is no speed's.</exception>
    public ToyData Follow(IReadOnlyList<int[]> speeds, int seed)
    {
        if (speeds.Count == 0 || speeds[0].Length == 0 || speeds.Any(z => z.Length != speeds[0].Length))
            throw new ArgumentException("speeds: expected videos of one length, at least one frame long");
        if (speeds.Any(z => z.Any(k => k < 0 || k >= Speeds.Count))) throw new ArgumentException($"speeds: expected indices from 0 to {Speeds.Count - 1}");
        using var generator = new Generator((ulong)seed);
        return Single(() => Film(2 * rand(speeds.Count, dtype: ScalarType.Float64, generator: generator), [.. speeds], generator));
    }

    /// <inheritdoc/>
    protected override ToyData Draw(int sequences, Generator generator)
    {
        double[] draws = [.. rand([sequences, Frames + 1, 2], ScalarType.Float64, generator: generator).data<double>()];
        var start = new double[sequences];
        var labels = new int[sequences][];
        int next = 0;
        double Uniform() => draws[next++];
        for (int n = 0; n < sequences; n++)
        {
            int[] z = labels[n] = new int[Frames];
            z[0] = (int)(Uniform() * Speeds.Count);
            start[n] = 2 * Uniform();
            for (int t = 1; t < Frames; t++)
            {
                bool kept = Uniform() >= 1 / MeanDwell;
                int other = (z[t - 1] + 1 + (int)(Uniform() * (Speeds.Count - 1))) % Speeds.Count;
                z[t] = kept ? z[t - 1] : other;
            }
        }
        return Film(tensor(start), labels, generator);
    }

    /// <summary>Videos from first phases [N] and speeds, N arrays of T.</summary>
    private ToyData Film(Tensor start, int[][] speeds, Generator generator)
    {
        var moves = speeds.Select(z => z.Select((k, t) => t == 0 ? 0 : Speeds[k] / (Observed - 1)).ToArray());
        Tensor phase = start.unsqueeze(1) + stack([.. moves.Select(move => tensor(move))]).cumsum(1);
        Tensor clean = MovingDot.Render(MovingDot.Position(phase), Observed, DotWidth);
        return new ToyData(Noisy(clean, generator), clean, MovingDot.Latents(phase), speeds);
    }

    /// <inheritdoc/>
    protected override void Check()
    {
        base.Check();
        ArgumentOutOfRangeException.ThrowIfLessThan(Observed, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(Speeds.Count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MeanDwell, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(DotWidth);
    }

    /// <summary>P(z_{t+1} = column | z_t = row), [K, K].</summary>
    private Tensor Transition()
    {
        int K = Speeds.Count;
        double leave = K == 1 ? 0 : 1 / MeanDwell / (K - 1);
        return full([K, K], leave, ScalarType.Float64) + (1 - K * leave) * eye(K, dtype: ScalarType.Float64);
    }

    /// <summary>The number of cells: the smallest that every speed moves by whole cells, times what makes it large enough.</summary>
    private long Cells()
    {
        bool Whole(double cells) => Math.Abs(cells - Math.Round(cells)) < 1e-6;
        for (long cells = 2; cells <= LeastCells; cells++)
            if (Speeds.All(v => Whole(v / (Observed - 1) * cells / 2))) return cells * ((LeastCells + cells - 1) / cells);
        throw new ArgumentException(
            $"Speeds: no grid of at most {LeastCells} phases fits {string.Join(" and ", Speeds)} pixels per frame; choose speeds in a simple ratio");
    }
}
