using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>
/// Video of a dot that bounces between the ends of a line of pixels (Johnson et al. 2016, section 5):
/// <c>s_t = v (τ_t + (1 + x₀)/2)</c> at time <c>τ_t = t·dt</c>, position <c>tri(s_t)</c>, pixel p
/// <c>y_tp = exp(−½((tri(s_t) − g_p)/w)²) + σ ε</c>. The default is the paper's 20-pixel video in 80 pieces of 50 frames.
/// </summary>
/// <remarks>
/// Latents are (position, direction ±1); labels are 0 while the dot runs right and 1 while it runs left. The oracles that
/// papers and reports quote: +17.67 nats/frame for 20 pixels is minus <see cref="NoisyToyProcess.NoiseEntropy"/> (the phase is
/// taken as known); −692.4 nats/sequence for 10 pixels is <see cref="NoisyToyProcess.Entropy"/>, the noise's −697.24 plus the
/// log 128 = 4.85 nats that name one of its 128 different phases.
/// </remarks>
public sealed record BouncingDot : NoisyToyProcess
{
    /// <summary>The paper's video: 20 pixels, 80 sequences of 50 frames, and 20 more held out.</summary>
    public BouncingDot() => (Observed, Frames, Noise, TrainingSequences, HeldOutSequences) = (20, 50, 0.1, 80, 20);

    /// <summary>The same video in longer pieces: 100 sequences of 100 frames, a fifth of them held out.</summary>
    public static BouncingDot HundredFrames => new() { Frames = 100 };

    /// <summary>
    /// The video of Bendekgey et al. (2023): 10 pixels, noise 0.06, 512 sequences of 50 frames over times <c>linspace(0, 10, 50)</c>,
    /// <c>x₀ = i/8</c> in sequence i; as many are held out, with the same phases and other noise.
    /// </summary>
    public static BouncingDot TenPixels => new()
    {
        Observed = 10, Noise = 0.06, TimeStep = 10.0 / 49, StartStep = 1.0 / 8, TrainingSequences = 512, HeldOutSequences = 512,
    };

    /// <summary>dt, the time from frame to frame.</summary>
    public double TimeStep { get; init; } = 0.1;

    /// <summary>v; the dot crosses the line in a time of 1/v.</summary>
    public double Speed { get; init; } = 0.75;

    /// <summary>w, the dot's radius, where the line is 2 long.</summary>
    public double DotWidth { get; init; } = 0.15;

    /// <summary>x₀ grows by this from sequence to sequence; null draws each sequence's phase uniformly from the whole period.</summary>
    public double? StartStep { get; init; }

    /// <summary>
    /// log p(y) of every sequence, its phase averaged over: over the different phases where they go in steps, else over the
    /// period by the trapezoid rule on 8,192 phases, many to each width of the posterior.
    /// </summary>
    /// <inheritdoc/>
    public override Tensor LogLikelihood(Tensor y)
    {
        const int together = 256;
        CheckObservations(y);
        using var scope = NewDisposeScope();
        Tensor phases = StartStep is null ? arange(8192, dtype: ScalarType.Float64) * (2.0 / 8192) : Steps(TrainingSequences);
        var (N, T) = (y.shape[0], (int)y.shape[1]);
        Tensor frames = y.to(ScalarType.Float64).reshape(N, -1), energy = frames.square().sum(-1, keepdim: true);
        var pieces = phases.split(together).Select(some =>
        {
            using var inner = NewDisposeScope();
            Tensor clean = Film(some.unsqueeze(1), T).reshape(some.shape[0], -1);
            Tensor square = energy - 2 * matmul(frames, clean.t()) + clean.square().sum(-1);
            return square.MoveToOuterDisposeScope();
        });
        Tensor log = -0.5 / (Noise * Noise) * cat([.. pieces], 1) - T * (NoiseEntropy - 0.5 * Observed);
        return (log.logsumexp(1) - Math.Log(phases.shape[0])).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override ToyData Draw(int sequences, Generator generator)
    {
        Tensor start = (StartStep is null ? 2 * rand(sequences, dtype: ScalarType.Float64, generator: generator) : Steps(sequences)).unsqueeze(1);
        Tensor phase = Phases(start, Frames), latents = MovingDot.Latents(phase), clean = Film(start, Frames);
        var labels = phase.unbind(0).Select(s => s.remainder(2).data<double>().Select(p => p < 1 ? 0 : 1).ToArray());
        return new ToyData(Noisy(clean, generator), clean, latents, [.. labels]);
    }

    /// <inheritdoc/>
    protected override void Check()
    {
        base.Check();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(DotWidth);
    }

    /// <summary>s_1 of sequences whose x₀ goes in steps, [sequences].</summary>
    private Tensor Steps(int sequences) => Speed / 2 * (1 + StartStep!.Value * arange(sequences, dtype: ScalarType.Float64));

    /// <summary>s_t from s_1 [N, 1], as [N, frames].</summary>
    private Tensor Phases(Tensor start, int frames) => start + Speed * TimeStep * arange(frames, dtype: ScalarType.Float64);

    /// <summary>The frames without noise, [N, frames, D].</summary>
    private Tensor Film(Tensor start, int frames) => MovingDot.Render(MovingDot.Position(Phases(start, frames)), Observed, DotWidth);
}
