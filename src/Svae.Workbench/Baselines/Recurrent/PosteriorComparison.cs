using Svae.Workbench.Data;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>Lengths and rates of a <see cref="PosteriorComparison"/>.</summary>
public sealed record PosteriorComparisonSettings
{
    /// <summary>Steps of Adam, the same for every posterior.</summary>
    public int Steps { get; init; } = 100;

    /// <summary>Trials in a minibatch.</summary>
    public int BatchSize { get; init; } = 20;

    /// <summary>The gap is measured, on all trials, each time this many steps were taken.</summary>
    public int Every { get; init; } = 25;

    /// <summary>Adam's rate at the start for the potentials; it falls along half a cosine, as the other one does.</summary>
    public double PotentialRate { get; init; } = 3e-3;

    /// <summary>Adam's rate at the start for the recurrent networks.</summary>
    public double RecurrentRate { get; init; } = 3e-3;

    /// <summary>
    /// Whether every posterior begins as a linear regression, on as many paths simulated from the model as there are trials; otherwise at
    /// random.
    /// </summary>
    public bool Regression { get; init; } = true;

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
/// expectation is taken in closed form for all of them. All of them read standardised observations.
/// </summary>
public static class PosteriorComparison
{
    /// <summary>Runs the comparison.</summary>
    /// <param name="process">What the data comes from; its training sequences are the trials.</param>
    /// <param name="settings">Lengths and rates.</param>
    /// <param name="seed">Of the data, the weights and the minibatches.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancel">Stops between two steps.</param>
    public static IReadOnlyList<PosteriorGap> Run(
        LinearGaussianRotation process, PosteriorComparisonSettings settings, int seed,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        var trials = new Trials(process, settings, seed);
        using var recognition = new GaussianRecognition(process.Observed, process.LatentSize, [settings.Hidden], generator, dense: true);
        using var independent = new RecurrentPosterior(process.Observed, process.LatentSize, settings.Hidden, coupled: false, generator);
        using var coupled = new RecurrentPosterior(process.Observed, process.LatentSize, settings.Hidden, coupled: true, generator);
        if (settings.Regression)
        {
            var (x, y) = trials.Simulated(process);
            recognition.StartFrom(x, y);
            independent.StartFrom(x, y);
            coupled.StartFrom(x, y);
        }
        return
        [
            trials.Train("message passing", recognition, settings.PotentialRate, batch => trials.MessagePassing(recognition, batch), progress, cancel),
            trials.Train("recurrent, independent frames", independent, settings.RecurrentRate, batch => trials.Recurrent(independent, batch), progress, cancel),
            trials.Train("recurrent, coupled frames", coupled, settings.RecurrentRate, batch => trials.Recurrent(coupled, batch), progress, cancel),
        ];
    }

    /// <summary>The data of a comparison.</summary>
    private sealed class Trials
    {
        private const int SimulationSeed = 1_000_003; // far from the seeds of data
        private static readonly Schedule Fall = Schedule.Cosine(0.02);
        private readonly PosteriorComparisonSettings settings;
        private readonly int seed;
        private readonly LinearDynamicalSystem prior;
        private readonly WithEmission<LdsParameters> theta;
        private readonly Tensor y, mean, scale, evidence;

        public Trials(LinearGaussianRotation process, PosteriorComparisonSettings settings, int seed)
        {
            (this.settings, this.seed) = (settings, seed);
            prior = new LinearDynamicalSystem(new LdsSettings { Dimension = process.LatentSize });
            theta = ConjugateLds.Known(process.Process);
            y = process.Generate(seed).Training.Observations;
            (mean, scale) = (y.mean([0L, 1L]), y.std([0L, 1L], unbiased: false));
            evidence = process.LogLikelihood(y);
        }

        /// <summary>Paths that the model makes, and what the networks read of them.</summary>
        public (Tensor Latents, Tensor Read) Simulated(LinearGaussianRotation process)
        {
            using var generator = new Generator((ulong)(seed + SimulationSeed));
            ToyData drawn = process.Sample((int)y.shape[0], generator);
            return (drawn.Latents, Read(drawn.Observations));
        }

        private Tensor Read(Tensor observations) => (observations - mean) / scale;

        /// <summary>The ELBO of a recurrent posterior, [B].</summary>
        public Tensor Recurrent(RecurrentPosterior posterior, Batch batch) => posterior.call(Read(batch.Observations)).Elbo(theta, batch);

        /// <summary>The ELBO of message passing with a network's potentials, [B].</summary>
        public Tensor MessagePassing(GaussianRecognition recognition, Batch batch)
        {
            var q = (LdsPosterior)prior.Infer(theta.System, recognition.call(Read(batch.Observations)));
            var (potentials, constant) = LinearGaussianEmission.Potentials(
                theta.Emission, batch.Observations.to(ScalarType.Float64), batch.Observed.to(ScalarType.Float64));
            return NodeMoments.Expected(potentials.J, potentials.h, q.Mean, q.Covariance).sum(1) + constant + q.NegativeKl;
        }

        public PosteriorGap Train(
            string name, nn.Module network, double rate, Func<Batch, Tensor> elbo, IProgress<WorkProgress>? progress, CancellationToken cancel)
        {
            using var optimizer = optim.Adam(network.parameters(), lr: rate);
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
                long[] chosen = [.. Enumerable.Range(0, settings.BatchSize).Select(_ => random.NextInt64(y.shape[0]))];
                foreach (var group in optimizer.ParamGroups) group.LearningRate = rate * Fall.At(step, settings.Steps);
                optimizer.zero_grad();
                (-elbo(Batch.Whole(y.index_select(0, tensor(chosen)))).mean() / y.shape[1]).backward();
                optimizer.step();
                clock.Stop();
                progress?.Report(new WorkProgress(name, (step + 1.0) / settings.Steps, $"gap {gaps[^1]:f4} nats/frame"));
            }
            return new PosteriorGap(name, steps, gaps, clock.Elapsed.TotalMilliseconds / settings.Steps);
        }

        private double Gap(Func<Batch, Tensor> elbo)
        {
            using var mode = no_grad();
            return ((evidence - elbo(Batch.Whole(y))).mean() / y.shape[1]).item<double>();
        }
    }
}
