using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>A stretch of frames to be played, and in which of them the state to be shown is active.</summary>
/// <param name="Name">Caption under the clip.</param>
/// <param name="Frames">Heights, [N, H, W].</param>
/// <param name="ActiveFrom">First active frame.</param>
/// <param name="ActiveTo">The frame after the last active one.</param>
public sealed record FrameClip(string Name, Tensor Frames, int ActiveFrom, int ActiveTo)
{
    /// <summary>A stretch of a recording with some frames before and after it.</summary>
    /// <param name="name">Caption under the clip.</param>
    /// <param name="frames">The whole recording, [T, H, W]; the clip is a view of it.</param>
    /// <param name="start">First frame of the stretch.</param>
    /// <param name="length">Frames of the stretch.</param>
    /// <param name="context">Frames before and after, as far as there are any.</param>
    /// <param name="longest">The clip ends after so many frames.</param>
    public static FrameClip Around(string name, Tensor frames, int start, int length, int context, int longest = 75)
    {
        int from = Math.Max(start - context, 0), to = Math.Min(Math.Min(start + length + context, (int)frames.shape[0]), from + longest);
        return new FrameClip(name, frames.slice(0, from, to, 1), start - from, Math.Min(start + length, to) - from);
    }
}
