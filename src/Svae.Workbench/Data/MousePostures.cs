namespace Svae.Workbench.Data;

/// <summary>Where a mouse's body is at one frame: its pose, what drifts on top, and how well the crop is aligned.</summary>
/// <param name="Pose">The pose the frame shows: pulled by behaviour, drifting, oscillating.</param>
/// <param name="HeadYaw">The head's own turn against the spine, degrees.</param>
/// <param name="Roll">Tilt about the spine, degrees.</param>
/// <param name="ShiftX">Alignment error along the body, mm.</param>
/// <param name="ShiftY">Alignment error across the body, mm.</param>
/// <param name="Turn">Alignment error of the rotation, degrees.</param>
internal readonly record struct MousePosture(MousePose Pose, double HeadYaw, double Roll, double ShiftX, double ShiftY, double Turn);

/// <summary>
/// The posture over time: <c>p_{t+1} = p_t + (1 − e^{−1/(fps τ)}) (target − p_t)</c> for the behaviour of each frame, plus a
/// slow autoregressive drift that no behaviour explains, plus each behaviour's rhythm.
/// </summary>
internal sealed class MousePostures(Difficulty difficulty, double frameRate, RandomStream random)
{
    /// <summary>Names and units of what <see cref="Write"/> writes.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["length", "pitch (°)", "bend (°)", "head pitch (°)", "hump (mm)", "width", "head yaw (°)", "roll (°)"];

    private const double DriftSeconds = 6;
    private const double JitterKept = 0.9;      // AR(1) coefficient of the alignment, per frame

    // At 1.4 frames stay as alike over a second as in a real session (autocorrelation .26 beside .27).
    private readonly double drifting = difficulty switch { Difficulty.Clean => 0, Difficulty.Medium => 0.4, _ => 1.4 };
    private readonly double jittering = difficulty == Difficulty.Clean ? 0.3 : 1;

    /// <summary>The posture of every frame, <c>[T]</c>.</summary>
    public MousePosture[] Sample(IReadOnlyList<MouseBehavior> repertoire, int[] labels)
    {
        Drift bend = Slow(10), yaw = Slow(14), roll = Slow(1.6), width = Slow(.05), hump = Slow(2.2), length = Slow(.05);
        Drift x = Jitter(.35), y = Jitter(.35), turn = Jitter(1.5);
        var postures = new MousePosture[labels.Length];
        MousePose pose = labels.Length > 0 ? repertoire[labels[0]].Target : default;
        double phase = 0, hertz = 0, strength = 0;
        for (int t = 0; t < labels.Length; t++)
        {
            MouseBehavior behavior = repertoire[labels[t]];
            if (t == 0 || labels[t] != labels[t - 1])
                (hertz, strength) = (behavior.Rhythm.Hertz * Near(.12), Near(.2));
            phase += 2 * Math.PI * hertz / frameRate;
            double swing = strength * Math.Sin(phase);
            pose = pose.Towards(behavior.Target, 1 - Math.Exp(-1 / (frameRate * behavior.Tau)));
            MousePose shown = new(
                pose.Length + length.Next(), pose.Pitch, pose.Bend + bend.Next() + behavior.Rhythm.Bend * swing,
                pose.HeadPitch + behavior.Rhythm.HeadPitch * swing, pose.Hump + hump.Next() + behavior.Rhythm.Hump * swing,
                pose.Width + width.Next());
            postures[t] = new(shown, yaw.Next(), roll.Next(), x.Next(), y.Next(), turn.Next());
        }
        return postures;
    }

    /// <summary>Writes one posture as a row of the true pose.</summary>
    public static void Write(in MousePosture posture, Span<float> row)
    {
        MousePose p = posture.Pose;
        ReadOnlySpan<double> values = [p.Length, p.Pitch, p.Bend, p.HeadPitch, p.Hump, p.Width, posture.HeadYaw, posture.Roll];
        for (int i = 0; i < values.Length; i++) row[i] = (float)values[i];
    }

    private double Near(double spread) => Math.Max(.4, 1 + spread * random.NextNormal());

    private Drift Slow(double deviation) => new(Math.Exp(-1 / (frameRate * DriftSeconds)), drifting * deviation, random);

    private Drift Jitter(double deviation) => new(JitterKept, jittering * deviation, random);

    /// <summary>A stationary AR(1) process, <c>d_{t+1} = a d_t + σ √(1 − a²) ε</c>.</summary>
    private sealed class Drift(double keep, double deviation, RandomStream random)
    {
        private readonly double noise = deviation * Math.Sqrt(1 - keep * keep);
        private double value = deviation * random.NextNormal();

        public double Next() => value = keep * value + noise * random.NextNormal();
    }
}
