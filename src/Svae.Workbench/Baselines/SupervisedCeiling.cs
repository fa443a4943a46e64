using Svae.Workbench.Diagnostics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// What single frames can tell at most: a classifier <c>p(z | y_t) = softmax(W₂ relu(W₁ y_t + b₁) + b₂)</c> that is trained
/// <i>with</i> the true labels, scored on sequences it was not trained on. A method without labels is read against it.
/// </summary>
/// <param name="Score">The score on the test sequences; labels need no matching, so the accuracy is of the labels themselves.</param>
/// <param name="Predicted">Predicted label of every frame, one array per test sequence, in the order given.</param>
/// <param name="Epochs">Passes over the training frames until the loss on frames set aside no longer fell; the largest over folds.</param>
public sealed record SupervisedCeiling(SegmentationScore Score, IReadOnlyList<int[]> Predicted, int Epochs)
{
    private const int HiddenUnits = 64, BatchSize = 512, MaximumEpochs = 100, Patience = 6;
    private const double LearningRate = 3e-3, WeightDecay = 1e-4;

    /// <summary>Trains on some sequences and scores on others.</summary>
    /// <param name="features">Training features, per sequence [T, D], of any floating type; standardised inside.</param>
    /// <param name="labels">Training labels, one array per sequence, −1 where unlabelled: those frames are ignored.</param>
    /// <param name="testFeatures">Test features, per sequence [T, D].</param>
    /// <param name="testLabels">Test labels, one array per sequence, −1 where unlabelled.</param>
    /// <param name="seed">Same seed, same result.</param>
    /// <param name="progress">One report per epoch.</param>
    /// <param name="cancel">Stops between epochs.</param>
    /// <exception cref="ArgumentException">Wrong shapes, a non-finite entry, or no labelled frame; the message names it.</exception>
    public static SupervisedCeiling Measure(
        IReadOnlyList<Tensor> features, IReadOnlyList<int[]> labels, IReadOnlyList<Tensor> testFeatures, IReadOnlyList<int[]> testLabels,
        int seed = 0, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        Require(features, labels, "features", "labels");
        Require(testFeatures, testLabels, "testFeatures", "testLabels", features[0].shape[1]);
        using var scope = NewDisposeScope();
        using var classifier = new Classifier(features, labels, seed);
        int epochs = classifier.Fit(progress, cancel);
        int[][] predicted = [.. testFeatures.Select(classifier.Predict)];
        return new SupervisedCeiling(ScoreOf(predicted, testLabels), predicted, epochs);
    }

    /// <summary>
    /// Scores every sequence with a classifier trained on others, so that the score is over the same frames as that of a method
    /// without labels.
    /// </summary>
    /// <param name="features">Features, per sequence [T, D].</param>
    /// <param name="labels">Labels, one array per sequence, −1 where unlabelled.</param>
    /// <param name="folds">Into how many parts the sequences are dealt, at most one per sequence.</param>
    /// <param name="seed">Same seed, same result.</param>
    /// <param name="progress">One report per epoch.</param>
    /// <param name="cancel">Stops between epochs.</param>
    /// <exception cref="ArgumentException">Fewer than two sequences or folds, or as for <see cref="Measure"/>.</exception>
    public static SupervisedCeiling CrossValidate(
        IReadOnlyList<Tensor> features, IReadOnlyList<int[]> labels, int folds = 4,
        int seed = 0, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        Require(features, labels, "features", "labels");
        if (features.Count < 2) throw new ArgumentException($"features: expected at least two sequences, got {features.Count}");
        if (folds < 2) throw new ArgumentException($"folds: expected at least 2, got {folds}");
        var predicted = new int[features.Count][];
        int epochs = 0, parts = Math.Min(folds, features.Count);
        for (int fold = 0; fold < parts; fold++)
        {
            int[] test = [.. Enumerable.Range(0, features.Count).Where(s => s % parts == fold)];
            int[] train = [.. Enumerable.Range(0, features.Count).Where(s => s % parts != fold)];
            var one = Measure([.. train.Select(s => features[s])], [.. train.Select(s => labels[s])],
                [.. test.Select(s => features[s])], [.. test.Select(s => labels[s])], seed + fold, progress, cancel);
            for (int i = 0; i < test.Length; i++) predicted[test[i]] = one.Predicted[i];
            epochs = Math.Max(epochs, one.Epochs);
        }
        return new SupervisedCeiling(ScoreOf(predicted, labels), predicted, epochs);
    }

    private static SegmentationScore ScoreOf(IReadOnlyList<int[]> predicted, IReadOnlyList<int[]> truth)
    {
        int[] asTheyAre = [.. Enumerable.Range(0, 1 + predicted.Max(labels => labels.DefaultIfEmpty(0).Max()))];
        return SegmentationScore.Of(predicted, truth, new StateMatching(asTheyAre, 1));
    }

    private static void Require(
        IReadOnlyList<Tensor> features, IReadOnlyList<int[]> labels, string name, string labelsName, long dimensions = -1)
    {
        if (features.Count == 0 || features.Count != labels.Count)
            throw new ArgumentException($"{labelsName}: expected one array for each of {features.Count} sequences, got {labels.Count}");
        for (int s = 0; s < features.Count; s++)
        {
            Guard.Shape(features[s], $"{name}[{s}]", ("time", labels[s].Length), ("features", dimensions));
            Guard.Finite(features[s], $"{name}[{s}]");
            dimensions = features[s].shape[1];
        }
        if (!labels.Any(sequence => sequence.Any(label => label >= 0))) throw new ArgumentException($"{labelsName}: no frame is labelled");
    }

    /// <summary>The network, float32, with the frames it learns from and those set aside: the last fifth of each sequence.</summary>
    private sealed class Classifier : IDisposable
    {
        private readonly DisposeScope scope;
        private readonly Generator generator;
        private readonly Tensor mean, deviation, x, z, xAside, zAside;
        private readonly Parameter[] weights; // W₁, b₁, W₂, b₂

        public Classifier(IReadOnlyList<Tensor> features, IReadOnlyList<int[]> labels, int seed)
        {
            scope = NewDisposeScope();
            Device device = features[0].device;
            generator = new Generator((ulong)seed, device);
            Tensor[] sequences = [.. features.Select(f => f.detach().to(ScalarType.Float32))];
            Tensor all = cat(sequences);
            (mean, deviation) = (all.mean([0]), all.std(0, unbiased: false).clamp_min(1e-6));
            int[][] learned = [.. labels.Select(l => Frames(l, 0, l.Length - l.Length / 5))];
            int[][] aside = [.. labels.Select(l => Frames(l, l.Length - l.Length / 5, l.Length))];
            if (aside.All(frames => frames.Length == 0) || learned.All(frames => frames.Length == 0))
                learned = aside = [.. labels.Select(l => Frames(l, 0, l.Length))]; // too few labels to set any aside
            (x, z) = (Select(sequences, learned), Targets(labels, learned, device));
            (xAside, zAside) = (Select(sequences, aside), Targets(labels, aside, device));
            long inputs = x.shape[1], classes = labels.Max(l => l.DefaultIfEmpty(0).Max()) + 1;
            weights = [Draw(HiddenUnits, inputs), Zeros(HiddenUnits), Draw(classes, HiddenUnits), Zeros(classes)];

            Parameter Draw(long rows, long columns) =>
                new(randn([rows, columns], ScalarType.Float32, device, generator: generator) * Math.Sqrt(2.0 / columns));
            Parameter Zeros(long rows) => new(zeros(rows, dtype: ScalarType.Float32, device: device));
        }

        /// <summary>Adam on minibatches until the loss on the frames set aside no longer falls; keeps the best weights.</summary>
        public int Fit(IProgress<WorkProgress>? progress, CancellationToken cancel)
        {
            using var adam = optim.Adam(weights, lr: LearningRate, weight_decay: WeightDecay);
            double best = double.PositiveInfinity;
            Tensor[] kept = [.. weights.Select(w => w.detach().clone())];
            int epoch = 1;
            for (int since = 0; epoch <= MaximumEpochs && since < Patience; epoch++)
            {
                cancel.ThrowIfCancellationRequested();
                Epoch(adam);
                double loss = LossAside();
                progress?.Report(new WorkProgress("supervised ceiling", (double)epoch / MaximumEpochs, $"loss {loss:0.000} nats/frame"));
                since++;
                if (!(loss < best)) continue;
                (best, since) = (loss, 0);
                using var _ = no_grad();
                for (int i = 0; i < weights.Length; i++) kept[i].copy_(weights[i]);
            }
            using (no_grad())
                for (int i = 0; i < weights.Length; i++) weights[i].copy_(kept[i]);
            return epoch - 1;
        }

        /// <summary>The most probable label of every frame of a sequence [T, D].</summary>
        public int[] Predict(Tensor features)
        {
            using var inner = NewDisposeScope();
            using var _ = no_grad();
            Tensor standardised = (features.to(ScalarType.Float32) - mean) / deviation;
            return [.. Logits(standardised).argmax(-1).cpu().data<long>().Select(label => (int)label)];
        }

        public void Dispose()
        {
            foreach (Parameter weight in weights) weight.Dispose();
            generator.Dispose();
            scope.Dispose();
        }

        private void Epoch(optim.Optimizer adam)
        {
            using var epoch = NewDisposeScope();
            foreach (Tensor batch in randperm(x.shape[0], device: x.device, generator: generator).split(BatchSize))
            {
                using var step = NewDisposeScope();
                adam.zero_grad();
                nn.functional.cross_entropy(Logits(x[batch]), z[batch]).backward();
                adam.step();
            }
        }

        private double LossAside()
        {
            using var inner = NewDisposeScope();
            using var _ = no_grad();
            return nn.functional.cross_entropy(Logits(xAside), zAside).item<float>();
        }

        private Tensor Logits(Tensor y) =>
            nn.functional.linear(nn.functional.relu(nn.functional.linear(y, weights[0], weights[1])), weights[2], weights[3]);

        private Tensor Select(Tensor[] sequences, int[][] frames) =>
            (cat([.. sequences.Select((s, i) => s[tensor(frames[i], dtype: ScalarType.Int64, device: s.device)])]) - mean) / deviation;

        private static Tensor Targets(IReadOnlyList<int[]> labels, int[][] frames, Device device) =>
            tensor(labels.SelectMany((l, i) => frames[i].Select(t => (long)l[t])).ToArray(), dtype: ScalarType.Int64, device: device);

        /// <summary>The labelled frames between two.</summary>
        private static int[] Frames(int[] labels, int from, int to) => [.. Enumerable.Range(from, to - from).Where(t => labels[t] >= 0)];
    }
}
