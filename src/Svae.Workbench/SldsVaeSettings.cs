using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;

namespace Svae.Workbench;

/// <summary>Everything that decides how an SLDS-SVAE is built and trained; the defaults suit features of about unit scale.</summary>
public sealed record SldsVaeSettings
{
    /// <summary>Sizes and prior of the graphical model.</summary>
    public SldsSettings Model { get; init; } = new();

    /// <summary>Widths of the hidden layers of recognition and decoder networks.</summary>
    public IReadOnlyList<long> Hidden { get; init; } = [200];

    /// <summary>Recordings are cut into subsequences up to this long, frames.</summary>
    public int SubsequenceLength { get; init; } = 200;

    /// <summary>Subsequences in a minibatch.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Passes over the data as a plain VAE, before there are states.</summary>
    public int WarmUpEpochs { get; init; } = 10;

    /// <summary>Passes over the data with everything learning.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Adam's rate for the networks.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Natural-gradient rate, estimator, samples.</summary>
    public StepSettings Step { get; init; } = new() { ClipNorm = 10 };

    /// <summary>Where a phase, "warm-up" or "training", keeps what it can be continued from; null for nowhere.</summary>
    public Func<string, CheckpointSettings>? Checkpoint { get; init; }

    /// <summary>Seed of weights, noise and shuffling.</summary>
    public int Seed { get; init; }
}
