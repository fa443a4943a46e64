using System.Diagnostics;
using Svae.Workbench.Data;
using Svae.Workbench.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>Training and questions of a comparison of inference families.</summary>
public sealed record InferenceFamiliesSettings
{
    /// <summary>Passes over the data.</summary>
    public int Epochs { get; init; } = 60;

    /// <summary>Sequences in a minibatch.</summary>
    public int BatchSize { get; init; } = 10;

    /// <summary>Adam's rate for the networks.</summary>
    public double LearningRate { get; init; } = 1e-2;

    /// <summary>ρ of the structured VAE's natural gradient; natural-gradient SVI takes the steps of <see cref="StochasticVariationalSettings"/>.</summary>
    public double NaturalRate { get; init; } = 0.1;

    /// <summary>Frames predicted after the past.</summary>
    public int Ahead { get; init; } = 10;

    /// <summary>Frames hidden in the middle of a sequence.</summary>
    public int Hidden { get; init; } = 10;
}

/// <summary>One column of the comparison, each number measured on held-out sequences of the same data.</summary>
/// <param name="Name">Which family.</param>
/// <param name="LocalGap">max over q(x) of the local bound, less the bound at the family's own q(x), nats per frame: the optimality of its local factor.</param>
/// <param name="MillisecondsPerStep">Time of a training step.</param>
/// <param name="EvidenceGap">True log p(y) less the local bound, nats per frame: what the structure it exploits buys.</param>
/// <param name="PredictionError">Root mean square error of frames predicted ahead against the noise-free signal, observation units.</param>
/// <param name="ImputationError">The same of frames hidden in the middle of the sequence.</param>
/// <param name="SettlingSteps">Training steps until the held-out bound first came within 0.1 nats per frame of its best.</param>
/// <param name="NaturalGradient">Whether θ takes natural-gradient steps.</param>
public sealed record InferenceFamily(
    string Name, double LocalGap, double MillisecondsPerStep, double EvidenceGap, double PredictionError, double ImputationError,
    int SettlingSteps, bool NaturalGradient);

/// <summary>
/// The three families of inference of Johnson et al. (2016) side by side: natural-gradient stochastic variational inference, the variational
/// autoencoder and the structured one, on a linear-Gaussian system whose evidence is known exactly and with linear networks, so that for
/// each the best local factor is known as well.
/// </summary>
public static class InferenceFamilies
{
    /// <summary>Trains all three and measures them.</summary>
    /// <param name="process">What the data comes from; every model has as many latents as it.</param>
    /// <param name="settings">Training and questions.</param>
    /// <param name="seed">Of the data, the weights and the minibatches.</param>
    /// <param name="progress">Told after each epoch.</param>
    /// <param name="cancel">Stops between two steps.</param>
    /// <returns>Natural-gradient SVI, VAE, SVAE, in this order.</returns>
    public static IReadOnlyList<InferenceFamily> Compare(
        LinearGaussianRotation process, InferenceFamiliesSettings settings, int seed,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        var (training, heldOut) = process.Generate(seed);
        IReadOnlyList<Tensor> train = training.Sequences;
        var judge = new Judge(process, heldOut, settings);
        using var components = PrincipalComponents.Fit(cat([.. train]), process.LatentSize, whiten: true);
        IInferenceFamily[] families =
        [
            new StochasticFamily(components, train),
            new PlainFamily(settings, LinearNetworks.Of(components, train, generator), components, generator),
            new StructuredFamily(settings, LinearNetworks.Of(components, train, generator), components, train, generator),
        ];
        return [.. families.Select(family => Measure(family, judge, new Minibatches(train, process.Frames, settings.BatchSize, seed), settings, progress, cancel))];
    }

    private static InferenceFamily Measure(
        IInferenceFamily family, Judge judge, Minibatches data, InferenceFamiliesSettings settings, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        var (clock, steps, bounds) = (new Stopwatch(), 0, new List<(int Steps, double Bound)>());
        for (int epoch = 0; epoch < settings.Epochs; epoch++)
        {
            foreach (Batch batch in data.Epoch())
            {
                cancel.ThrowIfCancellationRequested();
                clock.Start();
                family.Step(batch);
                clock.Stop();
                steps++;
            }
            bounds.Add((steps, judge.Bound(family)));
            progress?.Report(new WorkProgress(family.Name, (epoch + 1.0) / settings.Epochs, $"bound {bounds[^1].Bound:f4} nats/frame"));
        }
        double best = bounds.Max(b => b.Bound);
        family.Finish(data);
        return new InferenceFamily(family.Name, judge.LocalGap(family), clock.Elapsed.TotalMilliseconds / steps, judge.Evidence - judge.Bound(family),
            judge.PredictionError(family), judge.ImputationError(family), bounds.First(b => b.Bound > best - 0.1).Steps, family.NaturalGradient);
    }

    /// <summary>Held-out sequences, and what the families are judged by.</summary>
    private sealed class Judge
    {
        private readonly InferenceFamiliesSettings settings;
        private readonly Batch batch;
        private readonly Tensor signal; // C x + d, [B, T, D]
        private readonly int frames;

        public Judge(LinearGaussianRotation process, ToyData heldOut, InferenceFamiliesSettings settings)
        {
            (this.settings, frames) = (settings, process.Frames);
            (batch, signal) = (Batch.Whole(heldOut.Observations), heldOut.Clean.to(ScalarType.Float64));
            Evidence = PerFrame(process.LogLikelihood(heldOut.Observations));
        }

        /// <summary>True log p(y), nats per frame.</summary>
        public double Evidence { get; }

        public double Bound(IInferenceFamily family) => Of(() => PerFrame(family.LocalBound(batch)));

        public double LocalGap(IInferenceFamily family) => Of(() => PerFrame(family.BestLocalBound(batch) - family.LocalBound(batch)));

        public double PredictionError(IInferenceFamily family) => Of(() =>
        {
            int past = frames - settings.Ahead;
            return Error(family.Predict(batch.Observations.narrow(1, 0, past), settings.Ahead), signal.narrow(1, past, settings.Ahead));
        });

        public double ImputationError(IInferenceFamily family) => Of(() =>
        {
            int start = (frames - settings.Hidden) / 2;
            Tensor observed = batch.Observed.clone();
            observed.narrow(1, start, settings.Hidden).zero_();
            Tensor imputed = family.Reconstruct(batch with { Observed = observed });
            return Error(imputed.narrow(1, start, settings.Hidden), signal.narrow(1, start, settings.Hidden));
        });

        private double PerFrame(Tensor values) => values.mean().item<double>() / frames;

        private static double Error(Tensor found, Tensor truth) => (found.to(ScalarType.Float64) - truth).square().mean().sqrt().item<double>();

        private static double Of(Func<double> measurement)
        {
            using var mode = no_grad();
            using var scope = NewDisposeScope();
            return measurement();
        }
    }
}
