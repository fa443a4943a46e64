using Svae.Workbench.Baselines;
using Svae.Workbench.Diagnostics;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests;

public class StructuredVaeTests
{
    /// <summary>Two regimes that differ only in where they go, seen through a random linear map with noise.</summary>
    private static (Tensor[] Observations, Tensor[] Latents, int[][] States) DriftingToy(int sequences, int frames, int seed)
    {
        var random = new Random(seed);
        var g = new Generator((ulong)seed);
        Tensor map = randn(6, 2, generator: g), target = tensor(new float[,] { { 1.5f, 0 }, { -1.5f, 1 } });
        var all = Enumerable.Range(0, sequences).Select(_ =>
        {
            var z = new int[frames];
            var x = new Tensor[frames];
            x[0] = randn(2, generator: g);
            for (int t = 1; t < frames; t++)
            {
                z[t] = random.NextDouble() < 0.05 ? 1 - z[t - 1] : z[t - 1];
                x[t] = x[t - 1] + 0.3f * (target[z[t]] - x[t - 1]) + 0.15f * randn(2, generator: g);
            }
            Tensor path = stack(x);
            return (Y: matmul(path, map.t()) + 0.1f * randn(frames, 6, generator: g), X: path.to(ScalarType.Float64), Z: z);
        }).ToArray();
        return ([.. all.Select(s => s.Y)], [.. all.Select(s => s.X)], [.. all.Select(s => s.Z)]);
    }

    private static (SldsVae Model, Minibatches Data) Toy(Tensor[] y, int seed, NaturalGradientEstimator estimator)
    {
        var settings = new SldsVaeSettings
        {
            Model = new SldsSettings { States = 2, Dimension = 2 }, Hidden = [16], Seed = seed,
            WarmUpEpochs = 15, Epochs = 15, BatchSize = 4, SubsequenceLength = 60, LearningRate = 5e-3,
            Step = new() { Estimator = estimator, ClipNorm = 10 },
        };
        return (new SldsVae(settings, 6), new Minibatches(y, settings.SubsequenceLength, settings.BatchSize, seed));
    }

    [Theory]
    [InlineData(NaturalGradientEstimator.Unbiased)]
    [InlineData(NaturalGradientEstimator.Coordinate)]
    public void Regimes_that_differ_only_in_where_they_go_are_told_apart(NaturalGradientEstimator estimator)
    {
        var (y, _, truth) = DriftingToy(4, 120, seed: 3);
        var (model, data) = Toy(y, 1, estimator);
        model.WarmUp(data);
        var encoded = model.Encode(data);
        using var start = AutoregressiveHmm.Fit(encoded, new() { States = 2, LikelihoodPower = 1, Seed = 1 });
        model.StartStates(encoded, start.Labels, data.Pieces);
        model.Train(data);
        var parsed = model.Segment(data).Select(s => s.States).ToArray();
        SegmentationScore score = SegmentationScore.Of(parsed, truth);
        Assert.True(score.Accuracy > 0.93, score.ToString());

        var phases = model.History.Records.GroupBy(r => r.Phase).ToDictionary(p => p.Key, p => p.ToArray());
        Assert.True(phases["warm-up"][^1].Elbo > phases["warm-up"][0].Elbo);
        Assert.True(phases["training"].TakeLast(5).Average(r => r.Elbo) > phases["warm-up"][^1].Elbo, "structure must pay for itself");
    }

    [Fact]
    public void The_same_seed_trains_the_same_model()
    {
        var (y, x, truth) = DriftingToy(2, 60, seed: 8);
        double Trained()
        {
            var (model, data) = Toy(y, 4, NaturalGradientEstimator.Unbiased);
            model.StartStates(x, truth, data.Pieces);
            model.Train(data);
            return model.History.Records[^1].Elbo;
        }
        Assert.Equal(Trained(), Trained());
    }

    [Fact]
    public void Cancelling_stops_between_two_steps_and_leaves_a_usable_model()
    {
        var (y, x, truth) = DriftingToy(2, 60, seed: 8);
        var (model, data) = Toy(y, 4, NaturalGradientEstimator.Unbiased);
        model.StartStates(x, truth, data.Pieces);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => model.Train(data, new StopAt(stop, 0.3), stop.Token));
        int steps = model.History.Records.Count;
        Assert.InRange(steps, 1, data.PerEpoch * 15 / 2);
        Assert.Equal(60, model.Segment(data)[0].States.Length);
        model.Train(data);
        Assert.Equal(steps + data.PerEpoch * 15, model.History.Records.Count);
    }

    [Fact]
    public void A_number_that_is_not_finite_stops_training_and_names_its_term()
    {
        var (y, x, truth) = DriftingToy(2, 60, seed: 8);
        var (model, data) = Toy([.. y.Select(s => 1e25f * s)], 4, NaturalGradientEstimator.Unbiased);
        model.StartStates(x, truth, data.Pieces);
        var error = Assert.ThrowsAny<Exception>(() => model.Train(data));
        Assert.True(error is NonFiniteException or ArgumentException, error.ToString());
        Assert.DoesNotContain("NaN", model.Vae.Parameters.Dynamics.C.sum().item<double>().ToString());
    }

    private sealed class StopAt(CancellationTokenSource stop, double fraction) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
            if (value.Fraction >= fraction) stop.Cancel();
        }
    }
}
