using Svae.Workbench.Display;
using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Display;

/// <summary>Figures of latent paths, dynamics, clusters and toy videos, on made-up data.</summary>
internal static class LatentGallery
{
    public static IEnumerable<(string Name, IMimeBundle Bundle)> All()
    {
        foreach (var item in Spiral()) yield return item;
        yield return ("warped mixture", Pinwheel());
        foreach (var item in Portraits()) yield return item;
        foreach (var item in Videos()) yield return item;
    }

    /// <summary>Slow rotations about different fixed points, [K, 2, 2] and [K, 2].</summary>
    public static (Tensor Dynamics, Tensor Offset) Rotations(int states)
    {
        var a = new double[states, 2, 2];
        var b = new double[states, 2];
        for (int k = 0; k < states; k++)
        {
            double angle = .12 + .08 * k, decay = .97, fx = Math.Cos(2.1 * k), fy = Math.Sin(2.1 * k);
            (a[k, 0, 0], a[k, 0, 1], a[k, 1, 0], a[k, 1, 1]) =
                (decay * Math.Cos(angle), -decay * Math.Sin(angle), decay * Math.Sin(angle), decay * Math.Cos(angle));
            b[k, 0] = fx - a[k, 0, 0] * fx - a[k, 0, 1] * fy;
            b[k, 1] = fy - a[k, 1, 0] * fx - a[k, 1, 1] * fy;
        }
        return (tensor(a), tensor(b));
    }

    /// <summary>A path that switches between the rotations every forty frames.</summary>
    public static (Tensor Path, int[] States) Switching(int states, int frames = 400)
    {
        var (dynamics, offset) = Rotations(states);
        double[] a = dynamics.data<double>().ToArray(), b = offset.data<double>().ToArray();
        var random = new Random(4);
        var path = new double[frames, 2];
        var labels = new int[frames];
        (double x, double y) = (1.5, 0);
        for (int t = 0; t < frames; t++)
        {
            int k = labels[t] = t / 40 % states;
            (path[t, 0], path[t, 1]) = (x, y);
            (x, y) = (a[4 * k] * x + a[4 * k + 1] * y + b[2 * k] + .02 * random.NextDouble(),
                a[4 * k + 2] * x + a[4 * k + 3] * y + b[2 * k + 1] + .02 * random.NextDouble());
        }
        return (tensor(path), labels);
    }

    private static IEnumerable<(string, IMimeBundle)> Spiral()
    {
        var generator = new Generator(2);
        Tensor angle = arange(120, ScalarType.Float64) * .12, radius = 2 * (-arange(120, ScalarType.Float64) * .012).exp();
        Tensor truth = stack([radius * angle.cos(), radius * angle.sin()], 1);
        Tensor seen = truth + .15 * randn(truth.shape, ScalarType.Float64, generator: generator);
        bool[] missing = [.. Enumerable.Range(0, 120).Select(t => t is >= 40 and < 60)];
        Tensor gap = tensor(missing.Select((m, t) => m ? .02 + .002 * (t - 39) * (60 - t) : .01).ToArray());
        Tensor smoothed = truth + .05 * randn(truth.shape, ScalarType.Float64, generator: generator);
        LatentSeries[] series =
        [
            new("true", truth) { Color = "#8A8A8A", Dashed = true },
            new("filtered", truth + .1, 2 * diag_embed(gap.unsqueeze(1).expand(120, 2))),
            new("smoothed", smoothed, diag_embed(gap.unsqueeze(1).expand(120, 2))),
        ];
        yield return ("plane paths", PlanePaths.Of("A spiral, observed in noise", series, seen, missing));
        yield return ("latent traces", LatentTraces.Of("A spiral against time", series, missing, 30));
    }

    private static Figure Pinwheel()
    {
        var generator = new Generator(3);
        const int clusters = 5, points = 500;
        int[] labels = [.. Enumerable.Range(0, points).Select(i => i % clusters)];
        Tensor turn = tensor(labels.Select(k => 2 * Math.PI * k / clusters).ToArray());
        Tensor z = randn([points, 2], ScalarType.Float64, generator: generator) * tensor(new[] { .3, .08 });
        Tensor far = z.select(1, 0) + 1, aside = z.select(1, 1);
        Tensor latents = stack([far * turn.cos() - aside * turn.sin(), far * turn.sin() + aside * turn.cos()], 1);
        Tensor Warp(Tensor x)
        {
            Tensor r = x.square().sum([1L]).sqrt(), bent = atan2(x.select(1, 1), x.select(1, 0)) + .6 * r.exp() - 1.6;
            return stack([2 * r * bent.cos(), 2 * r * bent.sin()], 1);
        }
        var q = new List<Tensor>[] { [], [] };
        for (int k = 0; k < 7; k++)
        {
            Tensor own = latents[tensor(labels.Select(l => l == k % 5).ToArray())];
            q[0].Add(own.mean([0L]));
            q[1].Add((own - own.mean([0L])).mT.matmul(own - own.mean([0L])) + .001 * eye(2, dtype: ScalarType.Float64));
        }
        var natural = NormalInverseWishart.FromStandard(new(stack(q[0]), full(7, 100, ScalarType.Float64), stack(q[1]), full(7, 103, ScalarType.Float64)));
        return WarpedMixture.Of(Warp(latents) + .05 * randn([points, 2], ScalarType.Float64, generator: generator), latents, labels, natural, Warp,
            tensor(new[] { .0025 }), generator);
    }

    private static IEnumerable<(string, IMimeBundle)> Portraits()
    {
        var (a, b) = Rotations(3);
        var (path, states) = Switching(3);
        yield return ("phase portrait by state", PhasePortrait.Of(a, b, [path], [states]));
        yield return ("phase portrait together", PhasePortrait.Of(a, b, [path], [states], together: true));
        var generator = new Generator(9);
        Tensor turn = linalg.qr(randn([5, 5], ScalarType.Float64, generator: generator)).Q;
        Tensor wide = turn.mT.matmul(block_diag(a[0], a[1] * .9, tensor(new[,] { { .8 } }))).matmul(turn);
        Tensor x = randn([1, 5], ScalarType.Float64, generator: generator) * 2;
        var walk = new List<Tensor>();
        for (int t = 0; t < 150; t++) walk.Add(x = x.matmul(wide.mT) + .05 * randn([1, 5], ScalarType.Float64, generator: generator));
        yield return ("phase portrait projected", PhasePortrait.Of(wide, paths: [cat(walk)]));
    }

    private static IEnumerable<(string, IMimeBundle)> Videos()
    {
        const int frames = 160, pixels = 20;
        Tensor Dot(double off) => stack([.. Enumerable.Range(0, frames).Select(t =>
        {
            double phase = (t + off * Math.Max(t - 60, 0)) % 60, at = phase < 30 ? phase / 30 * 19 : (60 - phase) / 30 * 19;
            return (-(arange(pixels, ScalarType.Float64) - at).square() / 2).exp();
        })]);
        yield return ("bouncing dot", VideoMap.Of("A bouncing dot and its prediction", [("truth", Dot(0)), ("prediction", Dot(.06))], 60, true));
        var mice = Svae.Workbench.Data.MouseSimulator.Simulate(new() { Mice = 1, FramesPerMouse = 300, Seed = 1 });
        Tensor real = mice[0].Frames!;
        Tensor smooth = nn.functional.avg_pool2d(real.to(ScalarType.Float32).unsqueeze(1), 5, 1, 2).squeeze(1);
        yield return ("frame grid", FrameGrid.RealAndSampled(real, smooth, 15));
        yield return ("prediction strip", FilmStrip.Prediction("Prediction from 10 frames", real[TensorIndex.Slice(0, 40)],
            [("LDS-SVAE", smooth[TensorIndex.Slice(0, 40)]), ("SLDS-SVAE", smooth[TensorIndex.Slice(3, 43)])], 10, 30));
    }
}
