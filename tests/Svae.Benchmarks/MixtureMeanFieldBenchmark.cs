using Svae.Workbench;
using Svae.Workbench.Data;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Benchmarks;

/// <summary>Mixture mean field with the gradient of every potential, and the whole training step of notebook 04.</summary>
internal static class MixtureMeanFieldBenchmark
{
    public static void Run()
    {
        using var scope = NewDisposeScope();
        var rows = new List<Comparison>();
        foreach (var (points, components, latent) in new[] { (50, 15, 2), (1000, 30, 8) })
        {
            Action<MessagePassingForm> infer = Inference(Problem(points, components, latent));
            rows.Add(new AlternatingBenchmark { Limit = TimeSpan.FromSeconds(12) }.Compare($"N = {points}, K = {components}, n = {latent}",
                () => infer(MessagePassingForm.Fused), () => infer(MessagePassingForm.Sequential)));
        }
        MarkdownTable.Print("Mixture mean field, 30 sweeps + implicit gradient, 4 samples, dense potentials, one thread", "fused", "tensor form", rows);
        Step();
    }

    /// <summary>The training step of the pinwheel: K = 15, n = 2, 50 points, 4 samples, networks of [40, 40].</summary>
    public static void Step()
    {
        var g = new Generator(0);
        using ToySplit split = new Pinwheel().Generate(0);
        var data = new Minibatches(split.Training.Observations.reshape(-1, 1, 2).unbind(0), 1, 50, 0);
        var model = new GaussianMixture(new MixtureSettings { Concentration = 0.01, Component = new() { Strength = 5 } });
        var vae = new StructuredVae<MixtureParameters>(model,
            new GaussianRecognition(2, 2, [40, 40], g, dense: true, activation: Activation.Tanh), new GaussianDecoder(2, 2, [40, 40], g));
        vae.Parameters = model.Scattered(g, scale: 2);
        var settings = new TrainingSettings { Epochs = 30, Optimizer = new() { Rate = 1e-3 }, Step = new() { NaturalRate = 0.2, Samples = 4 } };
        vae.Fit(data, settings, g); // until the compiler has settled
        const int epochs = 10;
        double[][] rounds = [.. Enumerable.Range(0, 9).Select(_ => AlternatingBenchmark.Measure(() => vae.Fit(data, settings with { Epochs = epochs }, g)))
            .Select(sample => new[] { sample.Wall, sample.Processor })];
        double Milliseconds(int which) => 1000 * AlternatingBenchmark.Median(rounds.Select(round => round[which])) / (epochs * data.PerEpoch);
        Console.WriteLine($"pinwheel training step: {Milliseconds(0):0.00} ms, processor {Milliseconds(1):0.00} ms (to reach: 2 ms; the 2016 code takes 5 ms)");
    }

    /// <summary>J, h, c, log w of the components, J and h of the points, and noise, on the CPU.</summary>
    public static Tensor[] Problem(int points, int components, int latent)
    {
        var g = new Generator(1);
        Tensor Normal(params long[] shape) => randn(shape, ScalarType.Float64, generator: g);
        Tensor Precisions(long count)
        {
            Tensor a = Normal(count, latent, latent);
            return a.matmul(a.mT) / latent + 0.5 * eye(latent, dtype: ScalarType.Float64);
        }
        return [Precisions(components), Normal(components, latent), Normal(components), Normal(components),
            Precisions(points), 2 * Normal(points, latent), Normal(4, points, latent)];
    }

    private static Action<MessagePassingForm> Inference(Tensor[] problem)
    {
        Tensor[] leaves = [.. problem.SkipLast(1)];
        foreach (Tensor leaf in leaves) leaf.requires_grad_();
        var options = new FixedPointOptions { MaxSweeps = 30, Tolerance = -1 };
        return form =>
        {
            using var scope = NewDisposeScope();
            var q = MixtureMeanField.Infer(new MixturePotentials(leaves[0], leaves[1], leaves[2], leaves[3]), leaves[4], leaves[5], problem[^1], options: options, form: form);
            (q.NegativeKl.sum() + q.Samples!.square().sum()).backward();
            foreach (Tensor leaf in leaves) leaf.grad = null;
        };
    }
}
