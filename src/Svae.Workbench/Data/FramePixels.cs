using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>
/// Between depth frames and the vectors a model sees: frames are averaged down to at most 40 pixels a side, pixels
/// that hardly ever change are left out, and heights are counted in centimetres, so that noise has about unit scale
/// or less. The way back paints vectors as frames.
/// </summary>
/// <param name="Height">H of the original frames.</param>
/// <param name="Width">W of the original frames.</param>
/// <param name="Factor">Original pixels along each side of a small one.</param>
/// <param name="Kept">Indices of the small pixels that are kept, int64 [D].</param>
public sealed record FramePixels(long Height, long Width, long Factor, Tensor Kept)
{
    private const int LongestSide = 40;
    private const double MillimetresPerUnit = 10;
    private const double LeastVarianceShare = 0.01;

    /// <summary>D, pixels that the model sees.</summary>
    public long Size => Kept.shape[0];

    /// <summary>Chooses the pixels from up to 2,000 frames of each recording, evenly spread.</summary>
    /// <param name="recordings">Frames [T, H, W] of each recording, all of one size.</param>
    /// <exception cref="ArgumentException">There is no recording, frame sizes differ, or no pixel ever changes.</exception>
    public static FramePixels Fit(IReadOnlyList<Tensor> recordings)
    {
        if (recordings.Count == 0) throw new ArgumentException("recordings: expected at least one, got none");
        using var scope = NewDisposeScope();
        var (height, width) = (recordings[0].shape[1], recordings[0].shape[2]);
        for (int i = 1; i < recordings.Count; i++)
            Guard.Shape(recordings[i], $"frames of recording {i + 1}", ("time", -1), ("height", height), ("width", width));
        long factor = (Math.Max(height, width) + LongestSide - 1) / LongestSide;
        Tensor some = cat([.. recordings.Select(r => Shrink(Spread(r), factor))]);
        Tensor variance = some.var([0L], unbiased: false);
        double most = variance.max().item<float>();
        if (!(most > 0)) throw new ArgumentException("frames: no pixel ever changes; is this a recording of a moving animal?");
        Tensor kept = (variance > LeastVarianceShare * most).nonzero().flatten();
        return new FramePixels(height, width, factor, kept.MoveToOuterDisposeScope());
    }

    /// <summary>What the model sees of frames [T, H, W] in mm: float32 [T, D] in cm.</summary>
    public Tensor Observe(Tensor frames)
    {
        using var scope = NewDisposeScope();
        Guard.Shape(frames, "frames", ("time", -1), ("height", Height), ("width", Width));
        // By blocks: the small pixels of a long recording fit into memory long before its frames do as floats.
        var blocks = new List<Tensor>();
        for (long start = 0; start < frames.shape[0]; start += 4096)
        {
            using var inner = NewDisposeScope();
            Tensor block = frames.narrow(0, start, Math.Min(4096, frames.shape[0] - start));
            blocks.Add((Shrink(block, Factor).index_select(1, Kept) / MillimetresPerUnit).MoveToOuterDisposeScope());
        }
        return (blocks.Count == 1 ? blocks[0] : cat(blocks)).MoveToOuterDisposeScope();
    }

    /// <summary>Vectors [T, D] in cm as small frames [T, h, w] in mm; pixels that were left out are 0.</summary>
    public Tensor Paint(Tensor observations)
    {
        using var scope = NewDisposeScope();
        var (h, w) = (Height / Factor, Width / Factor);
        Tensor flat = zeros(observations.shape[0], h * w);
        flat.index_copy_(1, Kept, observations.to(ScalarType.Float32) * MillimetresPerUnit);
        return flat.clamp_min(0).reshape(-1, h, w).MoveToOuterDisposeScope();
    }

    private static Tensor Shrink(Tensor frames, long factor) =>
        nn.functional.avg_pool2d(frames.to(ScalarType.Float32).unsqueeze(1), factor).flatten(1);

    private static Tensor Spread(Tensor frames)
    {
        long step = Math.Max(1, frames.shape[0] / 2000);
        return frames.index_select(0, arange(0, frames.shape[0], step, ScalarType.Int64));
    }
}
