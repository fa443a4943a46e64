namespace Svae.Workbench.Data;

/// <summary>The posture of a mouse, relative to standing at ease.</summary>
/// <param name="Length">Scale of the spine's length.</param>
/// <param name="Pitch">How far the torso is raised, degrees.</param>
/// <param name="Bend">Lateral bend from hips to head, degrees, left positive.</param>
/// <param name="HeadPitch">How far the head is raised against the torso, degrees.</param>
/// <param name="Hump">How far the back is arched upwards, mm.</param>
/// <param name="Width">Scale of the body's width.</param>
internal readonly record struct MousePose(double Length, double Pitch, double Bend, double HeadPitch, double Hump, double Width)
{
    /// <summary>A step of this fraction of the way from here to the target: the pull of a behaviour.</summary>
    public MousePose Towards(MousePose target, double fraction) => new(
        Length + fraction * (target.Length - Length),
        Pitch + fraction * (target.Pitch - Pitch),
        Bend + fraction * (target.Bend - Bend),
        HeadPitch + fraction * (target.HeadPitch - HeadPitch),
        Hump + fraction * (target.Hump - Hump),
        Width + fraction * (target.Width - Width));
}

/// <summary>A rhythm laid over a behaviour.</summary>
/// <param name="Hertz">Its typical frequency; every bout has its own, near this.</param>
/// <param name="Bend">Amplitude of the lateral bend, degrees.</param>
/// <param name="HeadPitch">Amplitude of the head's pitch, degrees.</param>
/// <param name="Hump">Amplitude of the back's arch, mm.</param>
internal readonly record struct Rhythm(double Hertz, double Bend = 0, double HeadPitch = 0, double Hump = 0);

/// <summary>
/// One behaviour of the simulated mouse: it pulls the pose towards a target with its own time constant,
/// <c>dp/dt = (target − p)/τ</c>, lays a rhythm over it, lasts a random while, and is followed by others with given probabilities.
/// </summary>
/// <param name="Name">What a person would call it.</param>
/// <param name="Target">The pose it pulls towards.</param>
/// <param name="Tau">Time constant of the pull, s.</param>
/// <param name="Dwell">Mean duration of a bout, s.</param>
/// <param name="Rhythm">What oscillates meanwhile.</param>
/// <param name="Next">Who may follow, with probabilities that sum to one; never itself.</param>
internal sealed record MouseBehavior(
    string Name, MousePose Target, double Tau, double Dwell, Rhythm Rhythm, params (string Name, double Probability)[] Next)
{
    /// <summary>The repertoire. A rear is always up, hold, down; everything else is a sparse table.</summary>
    public static IReadOnlyList<MouseBehavior> Repertoire { get; } =
    [
        new("pause", new(.92, 0, 0, -8, 0, 1.08), .20, .700, new(2.2, Hump: .5),
            ("walk", .34), ("turn left", .10), ("turn right", .10), ("groom", .27), ("scrunch", .09), ("extend", .10)),
        new("walk", new(1.0, 0, 0, 0, -1, 1.04), .15, .560, new(4, Bend: 12),
            ("run", .22), ("turn left", .17), ("turn right", .17), ("pause", .25), ("rear up", .10), ("extend", .09)),
        new("run", new(1.08, 0, 0, 3, -2, 1.0), .13, .430, new(6.5, Bend: 14),
            ("walk", .44), ("dart", .20), ("turn left", .13), ("turn right", .13), ("extend", .10)),
        new("turn left", new(.92, 2, 55, 0, 0, 1.05), .15, .400, default,
            ("walk", .36), ("pause", .28), ("rear up", .09), ("run", .13), ("scrunch", .14)),
        new("turn right", new(.92, 2, -55, 0, 0, 1.05), .15, .400, default,
            ("walk", .36), ("pause", .28), ("rear up", .09), ("run", .13), ("scrunch", .14)),
        new("rear up", new(.82, 48, 0, 20, 4, 1.06), .16, .330, default, ("rear hold", 1)),
        new("rear hold", new(.78, 60, 0, 25, 4, 1.08), .20, .500, default, ("rear down", 1)),
        new("rear down", new(.92, 6, 0, 0, 1, 1.05), .13, .300, default,
            ("walk", .30), ("pause", .30), ("scrunch", .16), ("turn left", .12), ("turn right", .12)),
        new("groom", new(.76, 12, 14, -30, 5, 1.16), .15, 1.200, new(5.5, HeadPitch: 18),
            ("pause", .42), ("scrunch", .34), ("extend", .24)),
        new("scrunch", new(.78, 2, 0, -12, 5, 1.14), .14, .450, default,
            ("extend", .28), ("groom", .36), ("walk", .24), ("rear up", .12)),
        new("extend", new(1.10, -2, 0, 8, -3, 1.0), .15, .400, default,
            ("walk", .32), ("run", .20), ("dart", .16), ("scrunch", .16), ("pause", .16)),
        new("dart", new(1.16, -2, 0, 4, -3, .97), .09, .260, new(8, Bend: 8),
            ("run", .36), ("walk", .28), ("pause", .20), ("turn left", .08), ("turn right", .08)),
    ];
}
