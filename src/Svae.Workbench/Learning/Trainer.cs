using System.Diagnostics;
using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Learning;

/// <summary>How a phase of training ended.</summary>
public enum TrainingEnd
{
    /// <summary>Every epoch was taken.</summary>
    Finished,

    /// <summary>The held-out ELBO had stopped improving; the model is the best one seen.</summary>
    StoppedEarly,
}

/// <summary>
/// Runs a phase of training: shuffled minibatches, an optimiser with its schedule, progress, cancellation, early stopping, checkpoints.
/// A run that was stopped and continued from its checkpoint gives, on the CPU, bit for bit the model of a run that was not.
/// </summary>
/// <typeparam name="TParameters">Natural parameters of q(θ).</typeparam>
public sealed class Trainer<TParameters> : IDisposable where TParameters : INaturalParameters<TParameters>
{
    private readonly StructuredVae<TParameters> vae;
    private readonly Minibatches data;
    private readonly TrainingSettings settings;
    private readonly Generator generator;
    private readonly Stopwatch sinceCheckpoint = Stopwatch.StartNew();
    private readonly int firstEpoch;
    private TrainingState state = new();

    /// <param name="vae">What is trained; it is left as the last finished step made it.</param>
    /// <param name="data">Minibatches.</param>
    /// <param name="settings">Length, rates, estimator.</param>
    /// <param name="generator">Source of the noise.</param>
    /// <param name="history">Where records go; a new one when absent.</param>
    public Trainer(StructuredVae<TParameters> vae, Minibatches data, TrainingSettings settings, Generator generator, TrainingHistory? history = null)
    {
        if (settings.Epochs < 0) throw new ArgumentException($"{nameof(settings.Epochs)}: must not be negative, got {settings.Epochs}");
        (this.vae, this.data, this.settings, this.generator) = (vae, data, settings, generator);
        (History, firstEpoch) = (history ?? new TrainingHistory(), data.Epochs);
        Optimizer = settings.Optimizer.For(vae.Networks);
    }

    /// <summary>All training so far, earlier phases too.</summary>
    public TrainingHistory History { get; }

    /// <summary>Steps of this phase that are finished.</summary>
    public int Step => state.Step;

    /// <summary>Steps of the whole phase.</summary>
    public int Steps => settings.Epochs * data.PerEpoch;

    internal optim.Optimizer Optimizer { get; }

    /// <summary>Trains to the end of the phase, from where it stands or from its checkpoint.</summary>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancel">Stops between two steps.</param>
    /// <exception cref="OperationCanceledException">Training was cancelled; the model is usable, and the checkpoint has been written.</exception>
    /// <exception cref="NonFiniteException">A term of the objective is not finite; the message names term and step.</exception>
    /// <exception cref="UserInputException">The checkpoint cannot be read or is that of another run.</exception>
    public TrainingEnd Run(IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        if (settings.Checkpoint is { Resume: true } kept && File.Exists(kept.Path)) Resume(kept);
        while (Step < Steps && !state.StoppedEarly)
        {
            RunEpoch(progress, cancel);
            if (settings.EarlyStopping is { } rule && Step / data.PerEpoch % rule.Every == 0) Evaluate(rule);
        }
        if (settings.EarlyStopping is not null && state.Best is { } best) vae.Restore(best);
        if (settings.Checkpoint is { KeepFinished: true } finished) Save(finished.Path);
        else if (settings.Checkpoint is not null) File.Delete(settings.Checkpoint.Path); // nothing is left to continue
        return state.StoppedEarly ? TrainingEnd.StoppedEarly : TrainingEnd.Finished;
    }

    /// <summary>Writes what the run can be continued from; the file is never seen half written.</summary>
    public void Save(string path) => Checkpoint.Write(path, vae, Optimizer, generator, History, state, settings, data);

    /// <summary>Continues from a file that <see cref="Save"/> wrote.</summary>
    /// <exception cref="UserInputException">The file cannot be read or is that of another run.</exception>
    public void Restore(string path)
    {
        state = Checkpoint.Read(path, vae, Optimizer, generator, History, settings, data);
        data.Rewind(firstEpoch + state.Step / data.PerEpoch);
    }

    /// <inheritdoc/>
    public void Dispose() => Optimizer.Dispose();

    private void Resume(CheckpointSettings kept)
    {
        try
        {
            Restore(kept.Path);
        }
        catch (UserInputException e)
        {
            if (kept.Refused is null) throw new UserInputException($"{e.Message}; give this run another file, or set Resume to false");
            kept.Refused(e.Message);
        }
    }

    private void RunEpoch(IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        foreach (Batch batch in data.Epoch(skip: Step % data.PerEpoch))
        {
            if (cancel.IsCancellationRequested && settings.Checkpoint is { } kept) Save(kept.Path);
            cancel.ThrowIfCancellationRequested();
            foreach (var group in Optimizer.ParamGroups) group.LearningRate = settings.Optimizer.Rate * settings.RateSchedule.At(Step, Steps);
            try
            {
                History.Add(settings.Phase, vae.Step(batch, Optimizer, settings.StepAt(Step, Steps), generator), data.Frames);
            }
            catch (NonFiniteException e)
            {
                throw new NonFiniteException(e.Term, e.Value, Step);
            }
            state.Step++;
            int epoch = (Step + data.PerEpoch - 1) / data.PerEpoch;
            progress?.Report(new WorkProgress(settings.Phase, (double)Step / Steps, $"epoch {epoch}/{settings.Epochs}, ELBO {History.Records[^1].Elbo:f2} nats/frame"));
            if (settings.Checkpoint is { } due && sinceCheckpoint.Elapsed >= due.Every)
            {
                Save(due.Path);
                sinceCheckpoint.Restart();
            }
        }
    }

    private void Evaluate(EarlyStopping rule)
    {
        double elbo = vae.LocalElbo(rule.HeldOut, seed: 0);
        History.Evaluated(elbo);
        if (elbo > state.BestElbo + rule.Tolerance || state.Best is null)
            (state.BestElbo, state.SinceBest, state.Best) = (elbo, 0, vae.Snapshot());
        else
            state.StoppedEarly = ++state.SinceBest >= rule.Patience;
    }
}

/// <summary>Where a phase of training stands.</summary>
internal sealed class TrainingState
{
    public int Step { get; set; }

    public double BestElbo { get; set; } = double.NegativeInfinity;

    public int SinceBest { get; set; }

    public bool StoppedEarly { get; set; }

    /// <summary>The tensors of the best model so far, in the order of <see cref="StructuredVae{T}.Snapshot"/>.</summary>
    public IReadOnlyList<Tensor>? Best { get; set; }
}
