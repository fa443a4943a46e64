using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>The square of a frame in which something happens, so that an animal fills its picture.</summary>
/// <param name="Top">First row.</param>
/// <param name="Left">First column.</param>
/// <param name="Size">Rows and columns.</param>
public sealed record FrameWindow(int Top, int Left, int Size)
{
    /// <summary>
    /// The smallest square around all pixels that lie above a fifth of the scale in at least one frame of fifty (stray pixels do
    /// not), with a small margin; the whole frame if the animal roams over it.
    /// </summary>
    /// <param name="frames">Heights, [T, H, W]; of many, a thousand are looked at.</param>
    /// <param name="scale">The scale of the heights.</param>
    public static FrameWindow Around(Tensor frames, DepthScale scale)
    {
        using var scope = NewDisposeScope();
        int height = (int)frames.shape[1], width = (int)frames.shape[2], largest = Math.Min(height, width);
        Tensor sample = frames.detach()[TensorIndex.Slice(0, null, Math.Max(frames.shape[0] / 1000, 1))].cpu();
        Tensor busy = (sample > scale.Max / 5).to(ScalarType.Float32).mean([0]) > .02;
        int[] rows = Indices(busy.any(1)), columns = Indices(busy.any(0));
        if (rows.Length == 0) return new FrameWindow((height - largest) / 2, (width - largest) / 2, largest);
        int size = Math.Min(Math.Max(rows[^1] - rows[0], columns[^1] - columns[0]) + 7, largest);
        int Begin(int[] at, int whole) => Math.Clamp((at[0] + at[^1] + 1 - size) / 2, 0, whole - size);
        return new FrameWindow(Begin(rows, height), Begin(columns, width), size);
    }

    /// <summary>A view of the window of every frame.</summary>
    /// <param name="frames">[..., H, W].</param>
    public Tensor Crop(Tensor frames) => frames.slice(-2, Top, Top + Size, 1).slice(-1, Left, Left + Size, 1);

    private static int[] Indices(Tensor mask) => mask.nonzero().flatten().data<long>().Select(i => (int)i).ToArray();
}
