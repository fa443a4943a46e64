namespace Svae.Workbench.Display;

/// <summary>
/// Clips side by side with play, pause and scrub; a square in each clip's corner lights while the state is active. Where scripts are
/// stripped a film strip of the first clip is shown instead.
/// </summary>
[TypeFormatterSource(typeof(MimeBundleFormatters))]
public sealed class FramePlayer : IMimeBundle
{
    private readonly IReadOnlyList<FrameClip> clips;
    private readonly string title, color;
    private readonly double frameRate;
    private readonly DepthScale scale;

    /// <param name="title">What is shown.</param>
    /// <param name="clips">The clips, all of one frame size.</param>
    /// <param name="frameRate">Frames per second, recorded and played.</param>
    /// <param name="scale">Colours; by default fitted to the first clip.</param>
    /// <param name="color">Colour of the square that lights.</param>
    public FramePlayer(string title, IReadOnlyList<FrameClip> clips, double frameRate, DepthScale? scale = null, string color = "#F0E442")
    {
        if (clips.Count == 0) throw new ArgumentException("clips: expected at least one, got none");
        (this.title, this.clips, this.frameRate, this.color) = (title, clips, frameRate, color);
        this.scale = scale ?? DepthScale.For(clips[0].Frames);
    }

    /// <summary>Width of each clip on the page, CSS pixels.</summary>
    public int Size { get; init; } = 150;

    /// <summary>Quality of the stored frames, 0 to 100.</summary>
    public int Quality { get; init; } = 60;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        FrameClip first = clips[0];
        using var sampled = FilmStrip.Sample(first.Frames, 0, (int)first.Frames.shape[0], 8);
        var still = new FilmStrip(title, [(first.Name, sampled)], scale).ToMimeBundle();
        SpriteSheet sheet = SpriteSheet.Of(clips, scale, Quality);
        string id = FigureHtml.Id(sheet.Uri + title);
        return new Dictionary<string, string>
        {
            ["text/html"] = PlayerHtml.Body(id, still["text/html"]) + PlayerHtml.Code(id, sheet, clips, scale, frameRate, color, Size,
                hide: true),
            ["image/png"] = still["image/png"],
            ["text/plain"] = ToString(),
        };
    }

    /// <summary>One line: the title and the clips.</summary>
    public override string ToString() => $"{title}: {clips.Count} clips, {clips.Sum(c => c.Frames.shape[0])} frames";
}
