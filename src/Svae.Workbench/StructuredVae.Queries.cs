using Svae.Workbench.Diagnostics;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench;

/// <summary>What the model can be asked.</summary>
public sealed partial class StructuredVae<TParameters>
{
    /// <summary>Sequences from the model itself, paths [1, count, frames, …].</summary>
    /// <param name="count">How many.</param>
    /// <param name="frames">How long each is.</param>
    /// <param name="generator">Source of randomness.</param>
    /// <param name="states">Discrete states to follow, int64 [count, frames]; drawn too when absent.</param>
    public ObservedPaths Sample(int count, int frames, Generator generator, Tensor? states = null)
    {
        LatentPaths paths = Model.Simulate(Parameters, count, frames, generator, states);
        return Observe(new LatentPaths(paths.Latents.unsqueeze(0), paths.States?.unsqueeze(0)), generator);
    }

    /// <summary>
    /// The future of sequences, given their past: each path begins at a joint sample of the last frame and goes on by the model. Given the
    /// states it is to pass through, it is a conditional generation from a prefix.
    /// </summary>
    /// <param name="past">The sequences so far, with labels where some are known.</param>
    /// <param name="frames">How many frames to go on.</param>
    /// <param name="generator">Source of randomness.</param>
    /// <param name="samples">Paths for each sequence.</param>
    /// <param name="states">Discrete states to follow, int64 [B, frames]; drawn too when absent.</param>
    /// <returns>Paths [samples, B, frames, …].</returns>
    public ObservedPaths Predict(Batch past, int frames, Generator generator, int samples = 100, Tensor? states = null)
    {
        using var mode = no_grad();
        ILocalPosterior posterior = Infer(past, generator, samples);
        return Observe(Model.Continue(Parameters, posterior, past.Lengths, frames, generator, states), generator);
    }

    /// <summary>
    /// The sequences as the model sees them, by joint samples: frames that are missing are filled in from both sides. With discrete states
    /// the samples are those of the model itself, not of its mean field, and keep several possible courses apart.
    /// </summary>
    /// <param name="batch">The sequences; <see cref="Batch.Observed"/> says which frames are missing.</param>
    /// <param name="generator">Source of randomness.</param>
    /// <param name="samples">Paths for each sequence.</param>
    /// <returns>Paths [samples, B, T, …].</returns>
    public ObservedPaths Impute(Batch batch, Generator generator, int samples = 100)
    {
        using var mode = no_grad();
        return Observe(Model is IStateModel<TParameters> model
            ? model.SamplePosterior(Model.Family.ExpectedStatistics(Parameters), Potentials(batch), samples, generator, batch.Lengths, batch.Labels)
            : new LatentPaths(Infer(batch, generator, samples).Samples, null), generator);
    }

    /// <summary>
    /// Observations with missing outputs filled in: outputs that were not observed are set to what the decoder expects, and inference is
    /// repeated on the result (Rezende, Mohamed and Wierstra 2014, appendix F, with the posterior mean in place of draws).
    /// </summary>
    /// <param name="batch">The sequences; what stands at missing outputs is not read.</param>
    /// <param name="seen">1 where an output was observed and 0 where it is missing, [B, T, D].</param>
    /// <param name="rounds">Repetitions.</param>
    /// <returns>Observations [B, T, D], unchanged where they were observed.</returns>
    /// <exception cref="ArgumentException">The mask's shape is not that of the observations.</exception>
    public Tensor ImputeOutputs(Batch batch, Tensor seen, int rounds = 20)
    {
        Guard.Shape(seen, "seen", ("batch", batch.Observations.shape[0]), ("time", batch.Observations.shape[1]), ("observed", batch.Observations.shape[2]));
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor known = seen != 0, any = known.any(2);
        Tensor centre = where(known, batch.Observations, zeros_like(batch.Observations)).sum([0L, 1L]) / known.sum([0L, 1L]).clamp_min(1);
        Tensor filled = where(known, batch.Observations, centre);
        for (int round = 0; round < rounds; round++)
        {
            using var inner = NewDisposeScope();
            ILocalPosterior posterior = Infer(batch with { Observations = filled, Observed = batch.Observed * any });
            filled = where(known, batch.Observations, Likelihood.Mean(posterior.Mean)).MoveToOuterDisposeScope();
        }
        return filled.MoveToOuterDisposeScope();
    }

    /// <summary>What the frames up to t say about x_t: mean [B, T, n] and covariance [B, T, n, n].</summary>
    public ChainMoments Filter(Batch batch)
    {
        using var mode = no_grad();
        return Model.Filter(Model.Family.ExpectedStatistics(Parameters), Potentials(batch), batch.Lengths);
    }

    /// <summary>Observations as the model sees them, E[y_t | E x_t], float32 [B, T, D].</summary>
    public Tensor Reconstruct(Batch batch)
    {
        using var mode = no_grad();
        return Likelihood.Mean(Infer(batch).Mean);
    }

    /// <summary>The most probable state path of each sequence, int64 [B, T], −1 past its end.</summary>
    /// <exception cref="InvalidOperationException">The graphical model has no discrete states.</exception>
    public Tensor MostProbableStates(Batch batch)
    {
        if (Model is not IStateModel<TParameters>) throw new InvalidOperationException($"{Model.GetType().Name} has no discrete states");
        return ((IStatePosterior)Infer(batch)).MostProbableStates();
    }

    /// <summary>Why the posterior of one frame is what it is: what all else says of it, its own potential, and their product.</summary>
    /// <inheritdoc cref="FrameExplanation.Of{T}"/>
    public FrameExplanation Explain(Batch batch, int sequence, int frame) => FrameExplanation.Of(this, batch, sequence, frame);

    private ObservedPaths Observe(LatentPaths paths, Generator generator)
    {
        using var mode = no_grad();
        return new ObservedPaths(paths, Likelihood.Mean(paths.Latents), Likelihood.Sample(paths.Latents, generator));
    }
}
