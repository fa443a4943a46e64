using Svae.Workbench.Baselines;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench;

/// <summary>
/// The headline model, a switching linear dynamical system behind residual networks with Gaussian likelihood, and
/// the order of work that keeps its states alive: networks from principal components, a short warm-up as a plain
/// VAE, states from a baseline on the encoded means, then everything together.
/// </summary>
public sealed class SldsVae
{
    private readonly GaussianRecognition recognition;
    private readonly GaussianDecoder decoder;
    private readonly Generator generator;

    /// <param name="settings">How it is built and trained.</param>
    /// <param name="observed">Observation size D.</param>
    public SldsVae(SldsVaeSettings settings, long observed)
    {
        Settings = settings;
        generator = new Generator((ulong)settings.Seed);
        recognition = new GaussianRecognition(observed, settings.Model.Dimension, settings.Hidden, generator);
        decoder = new GaussianDecoder(settings.Model.Dimension, observed, settings.Hidden, generator);
        Graphical = new SwitchingLinearDynamicalSystem(settings.Model);
        Vae = new StructuredVae<SldsParameters>(Graphical, recognition, decoder);
    }

    /// <summary>How it was built and trained.</summary>
    public SldsVaeSettings Settings { get; }

    /// <summary>The graphical model.</summary>
    public SwitchingLinearDynamicalSystem Graphical { get; }

    /// <summary>The structured VAE itself.</summary>
    public StructuredVae<SldsParameters> Vae { get; }

    /// <summary>All training so far.</summary>
    public TrainingHistory History { get; } = new();

    /// <summary>Networks that begin as whitened principal components: m(y) = W(y − μ), μ(x) = Lx + μ, σ² what the components leave over.</summary>
    /// <param name="components">Components of the training observations, as many as there are latents.</param>
    /// <param name="observations">The training observations, float32 [T_i, D].</param>
    public void StartNetworks(PrincipalComponents components, IReadOnlyList<Tensor> observations) =>
        components.StartNetworks(recognition, decoder, observations);

    /// <summary>
    /// Networks that begin with the components of windows, so that a direction of motion has latents before there are states: without them
    /// the latents find it during training, the states come to mean something else, and what they began with is lost.
    /// </summary>
    /// <param name="observations">The training observations, float32 [T_i, D].</param>
    /// <param name="reach">w, frames on each side of a window.</param>
    /// <returns>The latents of frames w to T_i − w, float64 [T_i − 2w, n]: what <see cref="StartStates"/> takes, without a warm-up.</returns>
    /// <inheritdoc cref="SubspaceStart.StartNetworks" path="/exception"/>
    public IReadOnlyList<Tensor> StartNetworks(IReadOnlyList<Tensor> observations, int reach) =>
        SubspaceStart.StartNetworks(recognition, decoder, observations, Settings.Model.Dimension, reach);

    /// <summary>Networks that begin with the read-outs of frames whose velocity tells states apart best, so that paths are straight within each state.</summary>
    /// <param name="observations">The training observations, float32 [T_i, D].</param>
    /// <param name="states">A state for every frame, for instance of an autoregressive HMM on principal components.</param>
    /// <returns>The latents, float64 [T_i, n].</returns>
    /// <inheritdoc cref="DiscriminantStart.StartNetworks" path="/exception"/>
    public IReadOnlyList<Tensor> StartNetworks(IReadOnlyList<Tensor> observations, IReadOnlyList<int[]> states) =>
        DiscriminantStart.StartNetworks(recognition, decoder, observations, states, Settings.Model.Dimension);

    /// <summary>A short training as a plain VAE, x_t ~ N(0, I).</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two steps.</exception>
    public void WarmUp(Minibatches data, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        var plain = new StructuredVae<NoParameters>(new IndependentNormal(Settings.Model.Dimension), recognition, decoder);
        plain.Fit(data, Phase("warm-up", Settings.WarmUpEpochs), generator, History, progress, cancel);
    }

    /// <summary>The mode of each frame's potential, J⁻¹h: what the recognition network alone says of x, float64 [T_i, n].</summary>
    public IReadOnlyList<Tensor> Encode(Minibatches data)
    {
        using var mode = no_grad();
        return [.. data.Whole().Select(batch => recognition.call(batch.Observations).Modes()[0].MoveToOuterDisposeScope())]; // out of the batch's own scope
    }

    /// <summary>q(θ) from latent paths and states: the exact conjugate update. A cold start loses its states; this one keeps them.</summary>
    public void StartStates(IReadOnlyList<Tensor> latents, IReadOnlyList<int[]> states, int subsequences) =>
        Vae.Parameters = Graphical.Posterior(latents, states, subsequences);

    /// <summary>Observations as the model sees them: μ(E x_t), float32 [T, D].</summary>
    public Tensor Reconstruct(Segmentation segmentation)
    {
        using var mode = no_grad();
        return decoder.forward(segmentation.Latents);
    }

    /// <summary>E[A_k] of every state, float64 [K, n, n].</summary>
    public Tensor Dynamics()
    {
        using var mode = no_grad();
        return MatrixNormalInverseWishart.ToStandard(Vae.Parameters.Dynamics).M.narrow(2, 0, Settings.Model.Dimension);
    }

    /// <summary>Trains everything.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two steps; the model is usable and can be trained on.</exception>
    public void Train(Minibatches data, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default) =>
        Vae.Fit(data, Phase("training", Settings.Epochs), generator, History, progress, cancel);

    /// <summary>Parses every recording whole.</summary>
    public IReadOnlyList<Segmentation> Segment(Minibatches data, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        var segments = new List<Segmentation>();
        foreach (Batch batch in data.Whole())
        {
            cancel.ThrowIfCancellationRequested();
            var posterior = (SwitchingPosterior)Vae.Infer(batch);
            var field = posterior.Field;
            Tensor path = posterior.MostProbableStates();
            segments.Add(new Segmentation([.. path[0].data<long>().Select(s => (int)s)],
                field.States.Marginals[0].MoveToOuterDisposeScope(), field.Chain.Mean[0].MoveToOuterDisposeScope()));
            progress?.Report(new WorkProgress("parsing recordings", (double)segments.Count / data.Recordings));
        }
        return segments;
    }

    private TrainingSettings Phase(string name, int epochs) => new()
    {
        Phase = name, Epochs = epochs, Optimizer = new() { Rate = Settings.LearningRate }, Step = Settings.Step, Checkpoint = Settings.Checkpoint?.Invoke(name),
    };
}
