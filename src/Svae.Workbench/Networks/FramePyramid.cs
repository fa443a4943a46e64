namespace Svae.Workbench.Networks;

/// <summary>Sizes of maps under convolutions that halve them.</summary>
internal static class FramePyramid
{
    /// <summary>Height and width of the frame and after each convolution, rounded up: 30 × 30, 15 × 15, 8 × 8, …</summary>
    /// <exception cref="ArgumentException">There is no convolution, or a size is not positive.</exception>
    public static IReadOnlyList<(long Height, long Width)> Sizes(long height, long width, IReadOnlyList<long> channels)
    {
        if (height < 1 || width < 1) throw new ArgumentException($"frame: expected a positive height and width, got {height} × {width}");
        if (channels.Count == 0 || channels.Any(c => c < 1))
            throw new ArgumentException($"channels: expected at least one positive number, got [{string.Join(", ", channels)}]");
        var sizes = new List<(long Height, long Width)> { (height, width) };
        foreach (long _ in channels) sizes.Add(((sizes[^1].Height + 1) / 2, (sizes[^1].Width + 1) / 2));
        return sizes;
    }
}
