using System.Diagnostics;
using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Learning;

/// <summary>Settings of one phase of training.</summary>
public sealed record TrainingSettings
{
    /// <summary>Name of the phase, as it appears in the history and on the progress bar.</summary>
    public string Phase { get; init; } = "training";

    /// <summary>Passes over the data.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Adam's rate at the start; it falls to a twentieth along a cosine.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Steps of q(θ) and of the networks.</summary>
    public StepSettings Step { get; init; } = new();
}

/// <summary>The history of a training run, phase after phase.</summary>
public sealed class TrainingHistory
{
    private readonly List<TrainingRecord> records = [];
    private readonly Stopwatch clock = Stopwatch.StartNew();

    /// <summary>One record for each step.</summary>
    public IReadOnlyList<TrainingRecord> Records => records;

    /// <summary>How often natural-gradient steps were halved to stay inside the domain.</summary>
    public int Halvings { get; private set; }

    internal void Add(string phase, StepReport report, double frames)
    {
        Halvings += report.Halvings;
        records.Add(new TrainingRecord(records.Count, clock.Elapsed.TotalSeconds, phase,
            report.Elbo / frames, report.LogLikelihood / frames, report.LocalKl / frames, report.GlobalKl / frames));
    }
}

/// <summary>Runs the steps of a phase: shuffled minibatches, Adam with a cosine schedule, progress, cancellation.</summary>
public static class Trainer
{
    /// <summary>Trains for the settings' epochs, adding one record a step to the history.</summary>
    /// <param name="vae">What is trained; it is left as the last finished step made it.</param>
    /// <param name="data">Minibatches.</param>
    /// <param name="settings">Length, rates, estimator.</param>
    /// <param name="history">Where records go.</param>
    /// <param name="generator">Source of the noise.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancel">Stops between two steps.</param>
    /// <exception cref="OperationCanceledException">Training was cancelled; the model is usable and can be trained on.</exception>
    /// <exception cref="NonFiniteException">A term of the objective is not finite; the message names term and step.</exception>
    public static void Run<TParameters>(
        StructuredVae<TParameters> vae, Minibatches data, TrainingSettings settings, TrainingHistory history, Generator generator,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default) where TParameters : INaturalParameters<TParameters>
    {
        using var optimizer = optim.Adam(vae.Networks, lr: settings.LearningRate);
        int steps = settings.Epochs * data.PerEpoch, done = 0;
        for (int epoch = 0; epoch < settings.Epochs; epoch++)
            foreach (Batch batch in data.Epoch())
            {
                cancel.ThrowIfCancellationRequested();
                foreach (var group in optimizer.ParamGroups) group.LearningRate = settings.LearningRate * Cosine((double)done / steps);
                StepReport report = vae.Step(batch, optimizer, settings.Step, generator);
                history.Add(settings.Phase, report, data.Frames);
                progress?.Report(new WorkProgress(settings.Phase, (double)++done / steps,
                    $"epoch {epoch + 1}/{settings.Epochs}, ELBO {history.Records[^1].Elbo:f2} nats/frame"));
            }
    }

    /// <summary>1 at the start, 1/20 at the end.</summary>
    private static double Cosine(double part) => 0.05 + 0.95 * 0.5 * (1 + Math.Cos(Math.PI * part));
}
