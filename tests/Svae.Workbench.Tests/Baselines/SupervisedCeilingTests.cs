using Svae.Workbench.Baselines;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class SupervisedCeilingTests
{
    [Fact]
    public void Reaches_the_Bayes_rate_of_overlapping_Gaussians()
    {
        // Two unit Gaussians d apart: the best possible accuracy is Φ(d/2).
        var (features, labels) = Toy(sequences: 6, frames: 1500, distance: 2);
        var ceiling = SupervisedCeiling.Measure(features[..3], labels[..3], features[3..], labels[3..], seed: 1);
        Assert.InRange(ceiling.Score.Accuracy, 0.8413 - 0.02, 0.8413 + 0.02); // ± 3.7 standard errors of 4,500 frames
        Assert.InRange(ceiling.Score.Nmi, 0.3, 0.45); // 1 − H(0.1587)/log 2 = 0.369 for a symmetric channel
    }

    [Fact]
    public void Learns_what_is_not_linear()
    {
        var random = new Random(2);
        int[][] labels = [.. Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, 500).Select(_ => random.Next(4)).ToArray())];
        Tensor Rings(int[] z)
        {
            var points = new float[z.Length, 2];
            for (int t = 0; t < z.Length; t++)
            {
                double angle = 2 * Math.PI * random.NextDouble(), radius = 1 + z[t] + 0.1 * random.NextDouble();
                (points[t, 0], points[t, 1]) = ((float)(radius * Math.Cos(angle)), (float)(radius * Math.Sin(angle)));
            }
            return tensor(points);
        }
        var ceiling = SupervisedCeiling.CrossValidate([.. labels.Select(Rings)], labels, folds: 2, seed: 3);
        Assert.True(ceiling.Score.Accuracy > 0.95, ceiling.ToString());
        Assert.Equal(4, ceiling.Predicted.Count);
    }

    [Fact]
    public void The_same_seed_gives_the_same_predictions()
    {
        var (features, labels) = Toy(sequences: 3, frames: 200, distance: 1);
        int[][] Run(int seed) => [.. SupervisedCeiling.CrossValidate(features, labels, folds: 3, seed: seed).Predicted];
        Assert.Equal(Run(1), Run(1));
    }

    [Fact]
    public void Unlabelled_frames_teach_nothing_and_are_not_scored()
    {
        var (features, labels) = Toy(sequences: 2, frames: 600, distance: 8);
        int[] half = [.. labels[0].Select((z, t) => t % 2 == 0 ? z : -1)], tested = [.. labels[1].Select((z, t) => t < 300 ? z : -1)];
        var ceiling = SupervisedCeiling.Measure([features[0]], [half], [features[1]], [tested]);
        Assert.True(ceiling.Score.Accuracy > 0.99, ceiling.ToString());
        Assert.All(ceiling.Predicted[0], label => Assert.InRange(label, 0, 1));
    }

    [Fact]
    public void Bad_input_is_refused_by_name()
    {
        var (features, labels) = Toy(sequences: 2, frames: 20, distance: 1);
        string Message(Action call) => Assert.Throws<ArgumentException>(call).Message;
        Assert.Equal("features[1]: expected [19, 2] (time, features), got [20, 2]",
            Message(() => SupervisedCeiling.CrossValidate(features, [labels[0], labels[1][1..]])));
        Assert.Equal("labels: no frame is labelled",
            Message(() => SupervisedCeiling.CrossValidate(features, [.. labels.Select(l => l.Select(_ => -1).ToArray())])));
        Assert.StartsWith("testFeatures[0][0, 1] is NaN", Message(() =>
        {
            Tensor spoiled = features[1].clone();
            spoiled[0, 1] = float.NaN;
            SupervisedCeiling.Measure([features[0]], [labels[0]], [spoiled], [labels[1]]);
        }));
    }

    /// <summary>Two classes, unit Gaussians a distance apart in the first of two features.</summary>
    private static (Tensor[] Features, int[][] Labels) Toy(int sequences, int frames, double distance)
    {
        var random = new Random(7);
        int[][] labels = [.. Enumerable.Range(0, sequences).Select(_ => Enumerable.Range(0, frames).Select(_ => random.Next(2)).ToArray())];
        return ([.. labels.Select((z, s) =>
        {
            Tensor noise = randn([frames, 2], dtype: ScalarType.Float32, generator: new Generator((ulong)s + 1));
            noise.select(1, 0).add_(tensor(z.Select(k => (float)(distance * k)).ToArray()));
            return noise;
        })], labels);
    }
}
