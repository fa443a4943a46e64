namespace Svae.Workbench.Data;

/// <summary>How hard simulated behaviour is to recover: realism and recoverability pull apart.</summary>
public enum Difficulty
{
    /// <summary>No slow drift of posture and little sensor noise: for teaching and for tests.</summary>
    Clean,

    /// <summary>The default. Less drift of posture than a real animal has, and all the noise of a real sensor.</summary>
    Medium,

    /// <summary>As a real animal under a real sensor.</summary>
    Realistic,
}
