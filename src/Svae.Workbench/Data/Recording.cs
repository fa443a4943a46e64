using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>
/// One recording of one animal, in time order: depth frames or plain features, what the file said about them, and, where
/// someone knows it, the true behaviour of every frame.
/// </summary>
/// <remarks>Exactly one of <see cref="Frames"/> and <see cref="Features"/> is there. Disposing frees the tensors.</remarks>
public sealed record Recording : IDisposable
{
    /// <summary>A short name, unique within one load: "session_3" or "mouse 2".</summary>
    public required string Name { get; init; }

    /// <summary>Where it came from: a file's path, or "simulated".</summary>
    public required string Source { get; init; }

    /// <summary>Height above the floor in millimetres, <c>[T, H, W]</c>, uint8, or int32 where a file holds 16 bits.</summary>
    public Tensor? Frames { get; init; }

    /// <summary>Plain features such as joint angles, <c>[T, D]</c>, float32, in the file's own units.</summary>
    public Tensor? Features { get; init; }

    /// <summary>Frames a second.</summary>
    public double FrameRate { get; init; } = 30;

    /// <summary>Time of every frame in seconds, <c>[T]</c>.</summary>
    public double[]? Timestamps { get; init; }

    /// <summary>One number a frame under the file's own name (<c>area_px</c>, <c>height_ave_mm</c>, …), each <c>[T]</c>.</summary>
    public IReadOnlyDictionary<string, float[]> Scalars { get; init; } = new Dictionary<string, float[]>();

    /// <summary>What the file says about the recording, keyed by its path: <c>acquisition/SubjectName</c>, <c>uuid</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The true behaviour of every frame, <c>[T]</c>, numbered from 0; −1 where nobody said.</summary>
    public int[]? Labels { get; init; }

    /// <summary>The name of behaviour <c>k</c> at index <c>k</c>.</summary>
    public IReadOnlyList<string>? LabelNames { get; init; }

    /// <summary>The true pose, <c>[T, P]</c>, float32, known only of simulated mice.</summary>
    public Tensor? Pose { get; init; }

    /// <summary>Name and unit of every pose column.</summary>
    public IReadOnlyList<string>? PoseNames { get; init; }

    /// <summary>Frames whose values the file does not have (a NaN), <c>[T]</c>; they hold zeros. Null: every frame is there.</summary>
    public bool[]? Missing { get; init; }

    /// <summary>The number of frames, <c>T</c>.</summary>
    public int Length => (int)((Frames ?? Features)?.shape[0] ?? 0);

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Frames?.Dispose();
        Features?.Dispose();
        Pose?.Dispose();
    }
}
