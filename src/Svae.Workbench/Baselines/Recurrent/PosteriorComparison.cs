using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>Sizes and rates of a <see cref="PosteriorComparison"/>.</summary>
public sealed record PosteriorComparisonSettings
{
    /// <summary>n.</summary>
    public int Latent { get; init; } = 3;

    /// <summary>D.</summary>
    public int Observed { get; init; } = 5;

    /// <summary>T, frames of a trial.</summary>
    public int Frames { get; init; } = 200;

    /// <summary>Trials.</summary>
    public int Trials { get; init; } = 100;

    /// <summary>Steps of Adam, the same for every posterior.</summary>
    public int Steps { get; init; } = 300;

    /// <summary>Trials in a minibatch.</summary>
    public int BatchSize { get; init; } = 20;

    /// <summary>The gap is measured, on all trials, each time this many steps were taken.</summary>
    public int Every { get; init; } = 50;

    /// <summary>Adam's rate.</summary>
    public double LearningRate { get; init; } = 1e-2;

    /// <summary>Units of each direction of the recurrent networks.</summary>
    public int Hidden { get; init; } = 32;
}

/// <summary>How far a posterior's bound stays below the evidence, step by step.</summary>
/// <param name="Name">Which posterior.</param>
/// <param name="Steps">Steps taken.</param>
/// <param name="Gaps">log p(y) − ELBO, nats per frame, after so many steps.</param>
/// <param name="MillisecondsPerStep">Mean time of a training step.</param>
public sealed record PosteriorGap(string Name, IReadOnlyList<int> Steps, IReadOnlyList<double> Gaps, double MillisecondsPerStep);

/// <summary>
/// Message passing with learned potentials against recurrent posteriors on a linear dynamical system whose evidence is known exactly
/// (Zhao and Linderman 2023): prior and emission are those that made the data, only the posterior learns, by Adam on the ELBO, whose
/// expectation is taken in closed form for all of them.
/// </summary>
public static class PosteriorComparison
{
    /// <summary>Runs the comparison.</summary>
    /// <param name="settings">Sizes and rates.</param>
    /// <param name="seed">Of the data, the weights and the minibatches.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancel">Stops between two steps.</param>
    public static IReadOnlyList<PosteriorGap> Run(
        PosteriorComparisonSettings settings, int seed, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        LinearGaussianSystem system = LinearGaussianSystem.Rotation(settings.Latent, settings.Observed, generator);
        Tensor y = system.Simulate(settings.Trials, settings.Frames, generator).Observations;
        var trials = new Trials(system, y, settings, seed);
        using var recognition = new GaussianRecognition(settings.Observed, settings.Latent, [settings.Hidden], generator);
        using var independent = new RecurrentPosterior(settings.Observed, settings.Latent, settings.Hidden, coupled: false, generator);
        using var coupled = new RecurrentPosterior(settings.Observed, settings.Latent, settings.Hidden, coupled: true, generator);
        return
        [
            trials.Train("message passing", recognition, batch => trials.MessagePassing(recognition, batch), progress, cancel),
            trials.Train("recurrent, independent frames", independent, batch => system.Elbo(batch, independent.call(batch.Observations)), progress, cancel),
            trials.Train("recurrent, coupled frames", coupled, batch => system.Elbo(batch, coupled.call(batch.Observations)), progress, cancel),
        ];
    }

    /// <summary>The data of a comparison.</summary>
    private sealed class Trials(LinearGaussianSystem system, Tensor y, PosteriorComparisonSettings settings, int seed)
    {
        private readonly LinearDynamicalSystem prior = new(new LdsSettings { Dimension = settings.Latent });
        private readonly WithEmission<LdsParameters> theta = system.Statistics();
        private readonly Tensor evidence = system.LogEvidence(Of(y));

        /// <summary>The ELBO of message passing with a network's potentials, [B].</summary>
        public Tensor MessagePassing(GaussianRecognition recognition, Batch batch)
        {
            var q = (LdsPosterior)prior.Infer(theta.System, recognition.call(batch.Observations));
            var (potentials, constant) = LinearGaussianEmission.Potentials(
                theta.Emission, batch.Observations.to(ScalarType.Float64), batch.Observed.to(ScalarType.Float64));
            return NodeMoments.Expected(potentials.J, potentials.h, q.Mean, q.Covariance).sum(1) + constant + q.NegativeKl;
        }

        public PosteriorGap Train(
            string name, nn.Module network, Func<Batch, Tensor> elbo, IProgress<WorkProgress>? progress, CancellationToken cancel)
        {
            using var optimizer = optim.Adam(network.parameters(), lr: settings.LearningRate);
            var random = new Random(seed);
            var (steps, gaps, clock) = (new List<int>(), new List<double>(), new System.Diagnostics.Stopwatch());
            for (int step = 0; step <= settings.Steps; step++)
            {
                cancel.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                if (step % settings.Every == 0 || step == settings.Steps)
                {
                    steps.Add(step);
                    gaps.Add(Gap(elbo));
                }
                if (step == settings.Steps) break;
                clock.Start();
                long[] chosen = [.. Enumerable.Range(0, settings.BatchSize).Select(_ => random.NextInt64(settings.Trials))];
                optimizer.zero_grad();
                (-elbo(Of(y.index_select(0, tensor(chosen)))).mean() / settings.Frames).backward();
                optimizer.step();
                clock.Stop();
                progress?.Report(new WorkProgress(name, (step + 1.0) / settings.Steps, $"gap {gaps[^1]:f4} nats/frame"));
            }
            return new PosteriorGap(name, steps, gaps, clock.Elapsed.TotalMilliseconds / settings.Steps);
        }

        private double Gap(Func<Batch, Tensor> elbo)
        {
            using var mode = no_grad();
            return ((evidence - elbo(Of(y))).mean() / settings.Frames).item<double>();
        }

        private static Batch Of(Tensor y) => new(y.to(ScalarType.Float32),
            full(y.shape[0], y.shape[1], ScalarType.Int64), ones(y.shape[0], y.shape[1], ScalarType.Float32), 1);
    }
}
