using Svae.Workbench.Display;

namespace Svae.Workbench.Tests.Display;

/// <summary>One of every kind of figure, on made-up data: what the rules of outputs are checked on, and what one looks at.</summary>
internal static class GalleryFigures
{
    public static IEnumerable<(string Name, IMimeBundle Bundle)> All()
    {
        yield return ("lines", Lines());
        yield return ("heat map", new Figure("Transitions of three states")
        {
            Panels = [new Panel(new Axis("to") { Categories = ["walk", "groom", "rear up"] }, new Axis("from") { Categories = ["walk", "groom", "rear up"] }) { Height = 260 }
                .HeatMap(new[,] { { .8, .2, 0 }, { .1, .7, .2 }, { .3, .3, .4 } }, "probability", min: 0, max: 1, format: "0.00")],
        });
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
                new Panel("step", "ELBO (nats/frame)").Line(x, y, "SVAE", lower: y.Select(v => v - 1).ToArray(), upper: y.Select(v => v + 1).ToArray())
                    .Line(x, y.Select(v => v - 4).ToArray(), "VAE + AR(1)", dashed: true).Level(17.67, "oracle 17.67").Instant(3000, "warm-up ends"),
                new Panel("step", "KL (nats/frame)") { Height = 140 }.Line(x, x.Select(s => 3 - 2 * Math.Exp(-s / 3000)).ToArray(), "KL"),
            ],
        };
    }
}
