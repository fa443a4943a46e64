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

    /// <summary>ρ of the natural gradient, the same for SVI and the structured VAE.</summary>
    public double NaturalRate { get; init; } = 0.3;

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
/// <param name="Gradients">What natural and standard gradients on q(θ) can do; null where there is no θ.</param>
public sealed record InferenceFamily(
    string Name, double LocalGap, double MillisecondsPerStep, double EvidenceGap, double PredictionError, double ImputationError,
    GradientContest? Gradients);

/// <summary>
/// Natural against standard gradients on q(θ), all else equal: how many steps each takes until the held-out bound is within 0.02 nats per frame
/// of the best that the natural gradient reaches.
/// </summary>
/// <param name="NaturalSteps">Steps of the natural gradient, of size <see cref="InferenceFamiliesSettings.NaturalRate"/>.</param>
/// <param name="StandardSteps">Steps of the standard gradient; null when all steps of the training do not get there.</param>
/// <param name="StandardRate">Their size, the largest of 1, 0.1, 0.01, … with which the whole training stays in the domain.</param>
public sealed record GradientContest(int NaturalSteps, int? StandardSteps, double StandardRate);

/// <summary>
/// The three families of inference of Johnson et al. (2016) side by side: natural-gradient stochastic variational inference, the variational
/// autoencoder and the structured one, on a linear-Gaussian system whose evidence is known exactly and with linear networks, so that for
/// each the best local factor is known as well.
/// </summary>
public static class InferenceFamilies
{
    /// <summary>A small system for the comparison: two latents that turn in 20 frames, six outputs, 40 sequences of 60 frames.</summary>
    public static LinearGaussianRotation SmallSystem => new()
    {
        LatentSize = 2, Observed = 6, Angle = Math.PI / 10, Frames = 60, TrainingSequences = 40, HeldOutSequences = 20,
    };

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
        var (training, heldOut) = process.Generate(seed);
        IReadOnlyList<Tensor> train = training.Sequences;
        var judge = new FamilyJudge(process, heldOut, settings);
        using var components = PrincipalComponents.Fit(cat([.. train]), process.LatentSize, whiten: true);
        FamilyStart Start(StepSettings step) => new(components, train, step, settings.LearningRate, seed);
        Func<StepSettings, IInferenceFamily>[] families =
        [
            step => new StochasticFamily(Start(step)), step => new PlainFamily(Start(step)), step => new StructuredFamily(Start(step)),
        ];
        Minibatches Data() => new(train, process.Frames, settings.BatchSize, seed);
        return [.. families.Select(family => new FamilyMeasurement(family, Data, judge, settings, progress, cancel).Run())];
    }
}
