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

    /// <summary>What moves the networks.</summary>
    public NetworkOptimizer Optimizer { get; init; } = new();

    /// <summary>Factor on the optimiser's rate.</summary>
    public Schedule RateSchedule { get; init; } = Schedule.Cosine();

    /// <summary>Steps of q(θ) and of the networks: natural rate, estimator, samples, weights of the terms.</summary>
    public StepSettings Step { get; init; } = new();

    /// <summary>Factor on the natural-gradient rate.</summary>
    public Schedule NaturalSchedule { get; init; } = Schedule.Constant;

    /// <summary>Factor on the weight of the local divergence (annealing).</summary>
    public Schedule KlSchedule { get; init; } = Schedule.Constant;

    /// <summary>Factor on the potentials (annealing): small, and the prior speaks louder than the recognition network.</summary>
    public Schedule PotentialSchedule { get; init; } = Schedule.Constant;

    /// <summary>When to stop before the last epoch; null to take them all.</summary>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>Where and how often to keep what a stopped run can be continued from; null for nowhere.</summary>
    public CheckpointSettings? Checkpoint { get; init; }

    /// <summary>This phase's settings at one of its steps.</summary>
    internal StepSettings StepAt(int step, int steps) => Step with
    {
        NaturalRate = Step.NaturalRate * NaturalSchedule.At(step, steps),
        KlWeight = Step.KlWeight * KlSchedule.At(step, steps),
        PotentialWeight = Step.PotentialWeight * PotentialSchedule.At(step, steps),
    };
}

/// <summary>The family of optimiser.</summary>
public enum OptimizerKind
{
    /// <summary>Adam (Kingma and Ba 2015).</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019).</summary>
    AdamW,

    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,
}

/// <summary>What moves the networks' weights.</summary>
public sealed record NetworkOptimizer
{
    /// <summary>Which optimiser.</summary>
    public OptimizerKind Kind { get; init; } = OptimizerKind.Adam;

    /// <summary>Its rate.</summary>
    public double Rate { get; init; } = 1e-3;

    /// <summary>Weight decay; decoupled from the gradient in AdamW alone.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Momentum of stochastic gradient descent.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>The optimiser of these weights.</summary>
    /// <exception cref="ArgumentException">The rate is not positive.</exception>
    internal optim.Optimizer For(IEnumerable<TorchSharp.Modules.Parameter> weights)
    {
        if (!(Rate > 0)) throw new ArgumentException($"optimiser {nameof(Rate)}: must be positive, got {Rate}");
        return Kind switch
        {
            OptimizerKind.AdamW => optim.AdamW(weights, lr: Rate, weight_decay: WeightDecay),
            OptimizerKind.Sgd => optim.SGD(weights, learningRate: Rate, momentum: Momentum, weight_decay: WeightDecay),
            _ => new FusedAdam(weights, Rate, WeightDecay),
        };
    }
}

/// <summary>Stops training when the held-out ELBO has not improved for a while, and goes back to the best model seen.</summary>
/// <param name="HeldOut">Recordings that are not trained on.</param>
public sealed record EarlyStopping(Minibatches HeldOut)
{
    /// <summary>Epochs between two evaluations.</summary>
    public int Every { get; init; } = 1;

    /// <summary>Evaluations without improvement before training stops.</summary>
    public int Patience { get; init; } = 10;

    /// <summary>An improvement is more than this, nats per frame.</summary>
    public double Tolerance { get; init; }
}

/// <summary>Where and how often a run keeps what it can be continued from. It is written at a stop too.</summary>
/// <param name="Path">The file.</param>
public sealed record CheckpointSettings(string Path)
{
    /// <summary>At most this long between two of them.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether to continue from the file if it is there; otherwise it is overwritten.</summary>
    public bool Resume { get; init; } = true;

    /// <summary>
    /// Whether the file stays once the phase is finished, so that a program of several phases that is stopped in a later one need not repeat
    /// this one: it takes over the finished model. Otherwise the file is removed.
    /// </summary>
    public bool KeepFinished { get; init; }

    /// <summary>Told why the file cannot be used, damaged or of another run; training then begins anew. Null to throw.</summary>
    public Action<string>? Refused { get; init; }
}
