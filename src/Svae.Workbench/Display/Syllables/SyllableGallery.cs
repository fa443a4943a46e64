using System.Text;
using SkiaSharp;
using Svae.Workbench.Behavior;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>
/// For each of the most used states: name, usage, median duration, a strip of frames from its most typical bout, and a player with
/// several examples of near-median duration from different animals.
/// </summary>
/// <remarks>After the panels of Johnson et al. 2016: a square in the corner lights while the state is the most probable one.</remarks>
[TypeFormatterSource(typeof(MimeBundleFormatters))]
public sealed class SyllableGallery : IMimeBundle
{
    private readonly Syllables syllables;
    private readonly IReadOnlyList<StateStyle> styles;
    private readonly IReadOnlyList<Tensor> frames;
    private readonly IReadOnlyList<double[]>? confidence;
    private readonly int[] shown;

    /// <param name="syllables">Statistics of the labels, one sequence per recording.</param>
    /// <param name="styles">Name and colour of each state.</param>
    /// <param name="frames">Frames of each recording, [T, H, W], millimetres. Read when shown, not copied.</param>
    /// <param name="confidence">Posterior probability of the frame's label, per recording and frame.</param>
    /// <param name="states">How many states are shown, most used first.</param>
    public SyllableGallery(Syllables syllables, IReadOnlyList<StateStyle> styles, IReadOnlyList<Tensor> frames,
        IReadOnlyList<double[]>? confidence = null, int states = 8)
    {
        (this.syllables, this.styles, this.frames, this.confidence) = (syllables, styles, frames, confidence);
        shown = syllables.ByUsage.Where(k => syllables.BoutsOf[k].Count > 0).Take(states).ToArray();
    }

    /// <summary>Names of the recordings, for captions.</summary>
    public IReadOnlyList<string>? RecordingNames { get; init; }

    /// <summary>Colours; by default fitted to the first recording.</summary>
    public DepthScale? Scale { get; init; }

    /// <summary>The part of the frames shown; by default around where the animal of the first recording goes.</summary>
    public FrameWindow? Window { get; init; }

    /// <summary>Examples in each player.</summary>
    public int Examples { get; init; } = 3;

    /// <summary>Seconds played before and after each bout.</summary>
    public double Context { get; init; } = .25;

    /// <summary>Quality of the stored frames, 0 to 100.</summary>
    public int Quality { get; init; } = 50;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle()
    {
        if (shown.Length == 0) return new Dictionary<string, string> { ["text/plain"] = ToString() };
        using var scope = NewDisposeScope();
        DepthScale scale = Scale ?? DepthScale.For(frames[0]);
        FrameWindow window = Window ?? FrameWindow.Around(frames[0], scale);
        Tensor[] views = frames.Select(window.Crop).ToArray();
        var html = new StringBuilder("<div style=\"display:grid;gap:14px;max-width:920px\">");
        var scripts = new StringBuilder();
        var strips = new List<(string, Tensor)>();
        foreach (int state in shown)
        {
            var bouts = SyllableExamples.Pick(syllables, state, Examples, confidence, (int)(Context * syllables.FrameRate),
                frames.Select(f => (int)f.shape[0]).ToArray());
            strips.Add((Describe(state), FilmStrip.Sample(views[bouts[0].Recording], bouts[0].Start, bouts[0].Length, 8)));
            Row(html, scripts, state, bouts, views, strips[^1].Item2, scale);
        }
        html.Append("</div>").Append(scripts);
        var still = new FilmStrip("What each state looks like", strips, scale).ToMimeBundle();
        return new Dictionary<string, string> { ["text/html"] = html.ToString(), ["image/png"] = still["image/png"],
            ["text/plain"] = ToString() };
    }

    /// <summary>One line a state: name, usage, median duration, bouts.</summary>
    public override string ToString() => shown.Length == 0 ? "No state has a bout." : string.Join("\n", shown.Select(Describe));

    private void Row(StringBuilder html, StringBuilder scripts, int state, IReadOnlyList<Bout> bouts, Tensor[] views, Tensor strip,
        DepthScale scale)
    {
        const int clipWidth = 96, frameWidth = 62;
        FrameClip[] clips = bouts.Select(b => FrameClip.Around(Caption(b), views[b.Recording], b.Start, b.Length,
            (int)(Context * syllables.FrameRate))).ToArray();
        SpriteSheet sheet = SpriteSheet.Of(clips, scale, Quality);
        string id = FigureHtml.Id(sheet.Uri + state);
        using SKBitmap bare = FilmStrip.Bare(strip, scale);
        string image = $"""<img alt="frames of {PlayerHtml.Escape(styles[state].Name)}" style="display:block;width:{frameWidth * strip.shape[0]}px;max-width:100%;border-radius:4px" src="{Picture.PngUri(Picture.Png(bare))}">""";
        html.Append($"""
            <div><div style="font:14px sans-serif;margin-bottom:4px"><span style="display:inline-block;width:12px;height:12px;border-radius:2px;background:{styles[state].Color};margin-right:7px"></span><b>{PlayerHtml.Escape(styles[state].Name)}</b> <span style="opacity:.75">{PlayerHtml.Escape(Numbers(state))}</span></div>
            <div data-svae-player="{id}" style="display:flex;flex-wrap:wrap;gap:12px"><div class="svae-still" style="width:{frameWidth * 8}px;max-width:100%">{image}<div style="font:12px sans-serif;opacity:.75">{PlayerHtml.Escape(Span(bouts[0], scale))}</div></div><div class="svae-live" style="display:none"></div></div></div>
            """);
        scripts.Append(PlayerHtml.Code(id, sheet, clips, scale, syllables.FrameRate, "#F0E442", clipWidth, hide: false));
    }

    private string Describe(int state) => $"{styles[state].Name}: {Numbers(state)}";

    private string Numbers(int state) => FormattableString.Invariant(
        $"{100 * syllables.Usage[state]:F1} % of the time, median {1000 * syllables.MedianDuration[state]:F0} ms, {syllables.BoutsOf[state].Count} bouts");

    private string Caption(Bout bout) => FormattableString.Invariant($"{Name(bout)}, {bout.Start / syllables.FrameRate:F1}\u00A0s");

    private string Span(Bout bout, DepthScale scale) => FormattableString.Invariant(
        $"{Name(bout)}, from {bout.Start / syllables.FrameRate:F2} s, {1000 * bout.Length / syllables.FrameRate:F0} ms; colours 0 to {scale.Max:G3} {scale.Unit}");

    private string Name(Bout bout) => RecordingNames?[bout.Recording] ?? $"recording {bout.Recording + 1}";
}
