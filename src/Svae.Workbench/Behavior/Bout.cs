namespace Svae.Workbench.Behavior;

/// <summary>A stretch of frames in one state, as long as it goes.</summary>
/// <param name="Recording">Index of the recording.</param>
/// <param name="State">The state.</param>
/// <param name="Start">First frame.</param>
/// <param name="Length">Number of frames.</param>
public sealed record Bout(int Recording, int State, int Start, int Length)
{
    /// <summary>The frame after the last.</summary>
    public int End => Start + Length;
}
