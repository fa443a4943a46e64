using Svae.Workbench.Behavior;
using Svae.Workbench.Data;
using Svae.Workbench.Display;
using TorchSharp;

namespace Svae.Workbench.Tests.Display;

/// <summary>One of every kind of figure, on made-up data: what the rules of outputs are checked on, and what one looks at.</summary>
internal static class GalleryFigures
{
    public static IEnumerable<(string Name, IMimeBundle Bundle)> All()
    {
        yield return ("lines", Lines());
        foreach (var item in Behavior()) yield return item;
        foreach (var item in Frames()) yield return item;
        foreach (var item in LatentGallery.All()) yield return item;
        foreach (var (name, value) in ModelGallery.All()) yield return (name, View.Of(value)!);
        yield return ("scores", ComparisonTable.OfSegmentations("Simulated mice, medium difficulty")
            .Add("k-means on PCA", [[.47, .46, .25, .36], [.46, .46, .24, .35], [.47, .45, .25, .36]])
                .Add("PCA + AR-HMM", [[.47, .52, .29, .62], [.48, .53, .29, .61], [.47, .52, .3, .62]])
            .Add("SLDS-SVAE", [[.58, .60, .37, .63], [.57, .61, .38, .66], [.61, .6, .37, .64]])
                .AddReference("supervised ceiling (10 components)", .71));
    }

    private static IEnumerable<(string, IMimeBundle)> Behavior()
    {
        var truth = MadeUpBehavior.Truth();
        var inferred = MadeUpBehavior.Inferred(truth);
        int[] match = MadeUpBehavior.InferredToTrue();
        var names = MadeUpBehavior.Styles;
        var matched = StateStyle.Matched(names, match);
        Syllables of = Syllables.Of(inferred, 30), known = Syllables.Of(truth, 30);
        yield return ("training curve", TrainingCurve.Of(MadeUpBehavior.History()));
        yield return ("ethogram", Ethogram.Of("Inferred against true behaviour, mouse 1", 30,
            [new("true", truth[0], names), new("SVAE", inferred[0], matched), new("PCA + AR-HMM", inferred[1], matched)], 300, 900,
            Enumerable.Range(0, 2500).Select(t => .75 + .25 * Math.Sin(t * .13)).ToArray()));
        yield return ("usage", UsageChart.Of(of, matched, known, match));
        yield return ("durations", DurationHistogram.Of([("inferred", of), ("true", known)]));
        yield return ("transitions", TransitionMap.Of(of, matched));
        yield return ("confusion", TransitionMap.Confusion(truth, inferred, names, match));
        yield return ("graph", new TransitionGraph(known, names));
        using var dynamics = torch.randn(new long[] { 4, 6, 6 }, generator: new torch.Generator(5)) * .38;
        yield return ("eigenvalues", EigenvaluePlot.Of(dynamics, names, 30));
    }

    private static IEnumerable<(string, IMimeBundle)> Frames()
    {
        var mice = MouseSimulator.Simulate(new MouseSimulation { Mice = 2, FramesPerMouse = 500, Seed = 1 });
        var styles = StateStyle.For(MouseSimulator.BehaviorNames);
        torch.Tensor frames = mice[0].Frames!;
        yield return ("film strip", new FilmStrip("A mouse from above",
            [("mouse 1, three seconds", FilmStrip.Sample(frames, 0, 90, 8)), ("mouse 2", FilmStrip.Sample(mice[1].Frames!, 0, 90, 8))]));
        yield return ("player", new FramePlayer("Two mice", [FrameClip.Around("mouse 1", frames, 20, 30, 10),
            FrameClip.Around("mouse 2", mice[1].Frames!, 50, 20, 10)], 30));
        var smooth = torch.nn.functional.avg_pool2d(frames[torch.TensorIndex.Slice(0, 8)].to(torch.ScalarType.Float32).unsqueeze(1), 5, 1,
            2).squeeze(1);
        yield return ("reconstruction", new ReconstructionPanel(frames[torch.TensorIndex.Slice(0, 8)], smooth));
        yield return ("gallery", new SyllableGallery(Syllables.Of(mice.Select(m => m.Labels!).ToArray(), 30), styles,
            mice.Select(m => m.Frames!).ToArray()) { RecordingNames = mice.Select(m => m.Name).ToArray() });
    }

    public static Figure Lines()
    {
        var random = new Random(1);
        double[] x = Enumerable.Range(0, 4000).Select(i => i * 5.0).ToArray();
        double[] y = x.Select(s => 17 - 40 * Math.Exp(-s / 1500) + .4 * random.NextDouble()).ToArray();
        return new Figure("Evidence lower bound while learning")
        {
            Subtitle = "bouncing dot, 20 pixels; mean ± 2 standard errors over three seeds",
            Panels =
            [
                new Panel("step", "ELBO (nats/frame)").Line(x, y, "SVAE", lower: y.Select(v => v - 1).ToArray(),
                    upper: y.Select(v => v + 1).ToArray())
                    .Line(x, y.Select(v => v - 4).ToArray(), "VAE + AR(1)", dashed: true).Level(17.67, "oracle 17.67")
                        .Instant(3000, "warm-up ends"),
                new Panel("step", "KL (nats/frame)") { Height = 140 }.Line(x, x.Select(s => 3 - 2 * Math.Exp(-s / 3000)).ToArray(), "KL"),
            ],
        };
    }
}
