using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>
/// Four linear regimes round an oval track, the "NASCAR" toy of the switching-LDS literature (Linderman et al. 2017):
/// <c>x_{t+1} = A_z x_t + b_z + q ε</c> with <c>z = z_{t+1}</c> told by where x_t is, and <c>y_t = C x_t + d + σ ε</c> in 10 dimensions.
/// </summary>
/// <remarks>
/// Regimes: 0 turns about (2, 0) where x₁ &gt; 2; 1 turns about (−2, 0), at half the rate, where x₁ &lt; −2; between them 2 runs
/// left in the lane x₂ = 1 and 3 runs right, faster, in the lane x₂ = −1. The lanes draw the state back, so that it stays on
/// the track for ever. Labels z are the regimes that led to each frame. C and d are fixed by <see cref="EmissionSeed"/>.
/// </remarks>
public sealed record SwitchingTrack : NoisyToyProcess
{
    private const double End = 2, Lane = 1, LanePull = 0.1;

    /// <summary>10 observed dimensions, noise 0.1; 8 sequences of 500 frames to learn from and 2 to score on.</summary>
    public SwitchingTrack() => (Observed, Frames, Noise, TrainingSequences, HeldOutSequences) = (10, 500, 0.1, 8, 2);

    /// <summary>q, standard deviation of the dynamics' noise.</summary>
    public double DynamicsNoise { get; init; } = 0.02;

    /// <summary>Seed of the emission, <c>C ~ N(0, 1)</c> and <c>d ~ N(0, 1)</c>; the data's seed does not change it.</summary>
    public int EmissionSeed { get; init; } = 1;

    /// <summary>Particles of the particle filter behind <see cref="LogLikelihood"/>.</summary>
    public int Particles { get; init; } = 2000;

    /// <summary>Seed of those particles.</summary>
    public int ParticleSeed { get; init; }

    /// <summary>A_z, float64 [4, 2, 2].</summary>
    public static Tensor Dynamics => stack([Rotation(Math.PI / 24), Rotation(Math.PI / 48), Straight(), Straight()]);

    /// <summary>b_z, float64 [4, 2].</summary>
    public static Tensor Offsets
    {
        get
        {
            double pull = LanePull * Lane;
            Tensor right = tensor(new[] { End, 0.0 }), identity = eye(2, dtype: ScalarType.Float64);
            return stack([matmul(identity - Rotation(Math.PI / 24), right), -matmul(identity - Rotation(Math.PI / 48), right),
                tensor(new[] { -0.1, pull }), tensor(new[] { 0.25, -pull })]);
        }
    }

    /// <summary>log p(y) by a particle filter that draws 2,000 states for each sequence.</summary>
    /// <inheritdoc/>
    public override Tensor LogLikelihood(Tensor y)
    {
        CheckObservations(y);
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)ParticleSeed);
        return StateSpace().LogLikelihood(y, Particles, generator).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override int EntropySequences => 8;

    /// <inheritdoc/>
    protected override ToyData Draw(int sequences, Generator generator)
    {
        NonlinearStateSpace space = StateSpace();
        Tensor x = space.Sample(sequences, Frames, generator), clean = space.Emit(x);
        Tensor led = cat([x.narrow(1, 0, 1), x.narrow(1, 0, Frames - 1)], 1); // the first frame has the regime that it is in
        var labels = Regime(led).unbind(0).Select(z => z.contiguous().data<long>().Select(k => (int)k).ToArray());
        return new ToyData(Noisy(clean, generator), clean, x, [.. labels]);
    }

    /// <inheritdoc/>
    protected override void Check()
    {
        base.Check();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(DynamicsNoise);
        ArgumentOutOfRangeException.ThrowIfLessThan(Particles, 1);
    }

    private NonlinearStateSpace StateSpace()
    {
        using var g = new Generator((ulong)EmissionSeed);
        Tensor C = randn([2, Observed], ScalarType.Float64, generator: g), d = randn(Observed, ScalarType.Float64, generator: g);
        Tensor A = Dynamics, b = Offsets;
        Tensor Move(Tensor x, Generator source)
        {
            Tensor z = Regime(x), noise = randn(x.shape, ScalarType.Float64, generator: source);
            return matmul(A.index_select(0, z), x.unsqueeze(-1)).squeeze(-1) + b.index_select(0, z) + DynamicsNoise * noise;
        }
        return new NonlinearStateSpace(Start, Move, x => matmul(x, C) + d, Noise);
    }

    /// <summary>On either lane, somewhere between the ends.</summary>
    private static Tensor Start(int count, Generator generator)
    {
        Tensor draws = rand([count, 2], ScalarType.Float64, generator: generator);
        Tensor along = End * (2 * draws.select(1, 0) - 1), lane = Lane * (2 * (draws.select(1, 1) < 0.5).to(ScalarType.Float64) - 1);
        return stack([along, lane], 1);
    }

    /// <summary>The regime that moves states [..., 2], int64 [...].</summary>
    private static Tensor Regime(Tensor x)
    {
        Tensor along = x.select(-1, 0), lane = where(x.select(-1, 1) > 0, tensor(2L), tensor(3L));
        return where(along > End, tensor(0L), where(along < -End, tensor(1L), lane));
    }

    private static Tensor Rotation(double angle)
    {
        var (sin, cos) = Math.SinCos(angle);
        return tensor(new[,] { { cos, -sin }, { sin, cos } });
    }

    private static Tensor Straight() => tensor(new[,] { { 1, 0 }, { 0, 1 - LanePull } });
}
