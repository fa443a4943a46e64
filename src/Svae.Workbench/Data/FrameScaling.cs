using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>Depth frames made small enough for a network: cut around the centre, averaged over areas, in sensible units.</summary>
public static class FrameScaling
{
    /// <summary>Millimetres in one unit of the result: a mouse on four feet is about 0.6 high, a rearing one 1.</summary>
    public const double UnitMillimetres = 50;

    private const int FramesAtOnce = 1000;

    /// <summary>
    /// Averages each frame over a <paramref name="size"/> × <paramref name="size"/> grid of equal areas, fractions of pixels
    /// counted as such: <c>out = W · frame · Wᵀ / 50 mm</c>, with W the overlap of each cell with each row or column.
    /// </summary>
    /// <param name="frames">Heights in mm, <c>[T, H, W]</c>, any number type.</param>
    /// <param name="size">Cells a side.</param>
    /// <param name="crop">Side of the square around the centre that is kept, pixels; by default the shorter side of the frame.</param>
    /// <returns>float32 <c>[T, size·size]</c>, row by row, on the device of the frames.</returns>
    /// <exception cref="ArgumentException">The frames are not <c>[T, H, W]</c>, or the crop or size does not fit them.</exception>
    public static Tensor Downsample(Tensor frames, int size, int? crop = null)
    {
        Guard.Shape(frames, nameof(frames), ("time", -1), ("height", -1), ("width", -1));
        long height = frames.shape[1], width = frames.shape[2], side = crop ?? Math.Min(height, width);
        if (side < 1 || side > Math.Min(height, width)) throw new ArgumentException($"crop: expected 1 to {Math.Min(height, width)} pixels, got {side}");
        if (size < 1 || size > side) throw new ArgumentException($"size: expected 1 to {side} cells, got {size}");
        long top = (height - side) / 2, left = (width - side) / 2;
        using var scope = NewDisposeScope();
        Tensor average = Overlap((int)side, size).to(frames.device);
        Tensor result = empty([frames.shape[0], size * size], dtype: ScalarType.Float32, device: frames.device);
        for (long start = 0; start < frames.shape[0]; start += FramesAtOnce)
        {
            using var block = NewDisposeScope();
            long count = Math.Min(FramesAtOnce, frames.shape[0] - start);
            Tensor cut = frames.narrow(0, start, count).narrow(1, top, side).narrow(2, left, side).to(ScalarType.Float32);
            Tensor small = average.matmul(cut).matmul(average.t()).div(UnitMillimetres);
            result.narrow(0, start, count).copy_(small.reshape(count, size * size));
        }
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>W [size, side]: how much of cell i pixel j makes up; every row sums to one.</summary>
    private static Tensor Overlap(int side, int size)
    {
        var overlap = new float[size, side];
        double cell = (double)side / size;
        for (int i = 0; i < size; i++)
            for (int j = (int)(i * cell); j < side && j < (i + 1) * cell; j++)
                overlap[i, j] = (float)(Math.Max(0, Math.Min(j + 1, (i + 1) * cell) - Math.Max(j, i * cell)) / cell);
        return tensor(overlap);
    }
}
