namespace Svae.Workbench.Data;

/// <summary>What to simulate. The same settings give the same recordings, whatever the number of threads.</summary>
public sealed record MouseSimulation
{
    /// <summary>The number of mice, each with its own size and habits; one recording each.</summary>
    public int Mice { get; init; } = 8;

    /// <summary>Frames of each recording, at 30 a second.</summary>
    public int FramesPerMouse { get; init; } = 2500;

    /// <summary>How much slow drift and noise stands between the behaviours and the frames.</summary>
    public Difficulty Difficulty { get; init; } = Difficulty.Medium;

    /// <summary>Seed of all randomness.</summary>
    public int Seed { get; init; }
}
