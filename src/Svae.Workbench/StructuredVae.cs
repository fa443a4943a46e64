using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Networks;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Svae.Workbench;

/// <summary>
/// A structured variational autoencoder (Johnson et al. 2016): a graphical-model prior on the latent states, a
/// decoder network for the observations, a recognition network that outputs conjugate potentials, and message
/// passing that turns those potentials into a posterior.
/// </summary>
/// <remarks>
/// The objective is <c>L(η, γ, φ) = E_q(x,z)[log p(y|x; γ)] − KL(q(x,z) ‖ exp E_q(θ) log p(x,z|θ)) − KL(q(θ) ‖ p(θ))</c>,
/// with q(x, z) the local optimum of the surrogate in which the potentials replace the likelihood (equations 4–6).
/// </remarks>
/// <typeparam name="TParameters">Natural parameters of q(θ).</typeparam>
public sealed partial class StructuredVae<TParameters> where TParameters : INaturalParameters<TParameters>
{
    private readonly PriorDivergence<TParameters> divergence;

    /// <param name="model">The graphical model.</param>
    /// <param name="recognition">y [B, T, D] → potentials [B, T, n].</param>
    /// <param name="likelihood">The decoder with its likelihood.</param>
    public StructuredVae(IGraphicalModel<TParameters> model, Module<Tensor, NodePotentials> recognition, ILikelihood likelihood)
    {
        (Model, Recognition, Likelihood, Parameters) = (model, recognition, likelihood, model.Prior);
        divergence = new PriorDivergence<TParameters>(model.Family, model.Prior);
        Networks = [.. recognition.parameters(), .. likelihood is Module module ? module.parameters() : []];
    }

    /// <summary>The graphical model.</summary>
    public IGraphicalModel<TParameters> Model { get; }

    /// <summary>The recognition network, weights φ.</summary>
    public Module<Tensor, NodePotentials> Recognition { get; }

    /// <summary>The decoder network with its likelihood, weights γ.</summary>
    public ILikelihood Likelihood { get; }

    /// <summary>η, the natural parameters of q(θ).</summary>
    public TParameters Parameters { get; set; }

    /// <summary>The weights φ and γ, and the log deviations of q(γ) where there is one.</summary>
    public IReadOnlyList<TorchSharp.Modules.Parameter> Networks { get; private set; }

    /// <summary>q(γ) of the decoder's weights; null when they are a point estimate.</summary>
    public GaussianWeights? DecoderWeights { get; private set; }

    /// <summary>From now on the decoder's weights have a mean-field Gaussian distribution, which learns with everything else.</summary>
    /// <param name="deviation">Its standard deviation at the start, in weight units.</param>
    /// <param name="prior">Standard deviation of p(γ).</param>
    /// <exception cref="InvalidOperationException">The likelihood is not a module, or has such a distribution already.</exception>
    public void UseGaussianDecoderWeights(double deviation = 1e-3, double prior = 1)
    {
        if (DecoderWeights is not null || Likelihood is not Module module)
            throw new InvalidOperationException("decoder weights: the likelihood must be a module whose weights are still a point estimate");
        DecoderWeights = new GaussianWeights(module, deviation, prior);
        Networks = [.. Networks, .. DecoderWeights.LogDeviations];
    }

    /// <summary>One step of learning, everything at once: see the class's objective.</summary>
    /// <param name="batch">The minibatch.</param>
    /// <param name="optimizer">Steps the networks' weights.</param>
    /// <param name="step">Rates and estimator of this step.</param>
    /// <param name="generator">Source of the noise.</param>
    /// <exception cref="NonFiniteException">A term of the objective is not finite; nothing has been changed.</exception>
    /// <exception cref="DomainException">A standard gradient step leaves the domain of q(θ), which is left as it was.</exception>
    public StepReport Step(Batch batch, optim.Optimizer optimizer, StepSettings step, Generator generator)
    {
        using var scope = NewDisposeScope();
        var (family, q, prior) = (Model.Family, Parameters, Model.Prior);
        bool unbiased = step.Estimator == NaturalGradientEstimator.Unbiased;

        TParameters theta = Leaves(family.ExpectedStatistics(q));                                  // E[t(θ)], the only way q(θ) enters
        NodePotentials potentials = Potentials(batch, step.PotentialWeight);                       // ψ(y; φ)
        Tensor noise = Noise(batch, step.Samples, generator);
        ILocalPosterior posterior = Model.Infer(                                                   // message passing → q(x, z)
            unbiased ? theta : Detached(theta), potentials, batch.Lengths, noise, batch.Labels);
        using var weights = new DrawnWeights(DecoderWeights, generator);                           // γ ~ q(γ)
        Tensor frames = Likelihood.LogLikelihood(batch.Observations, posterior.Samples);           // log p(y_t | x_t)
        Tensor likelihood = (frames * batch.Observed).to(ScalarType.Float64).sum() / step.Samples;

        Tensor negativeKl = posterior.NegativeKl.sum();
        Tensor local = batch.Scale * (likelihood + step.KlWeight * negativeKl);                    // s · local ELBO
        double globalKl = divergence.Of(q, theta) + (DecoderWeights?.Kl() ?? 0);                   // KL(q(θ) ‖ p(θ)), and of γ
        var report = new StepReport(batch.Scale * likelihood.item<double>(), -batch.Scale * negativeKl.item<double>(), globalKl, 0);
        report.RequireFinite();

        optimizer.zero_grad();
        Tensor objective = unbiased ? local : local + step.KlWeight * batch.Scale * Model.ExpectedLogPrior(theta, posterior).sum();
        (-objective).backward();                                                                   // φ, γ and E[t(θ)] in one sweep
        weights.Return();
        if (step.ClipNorm > 0) nn.utils.clip_grad_norm_(Networks, step.ClipNorm * batch.Scale * batch.Frames);
        optimizer.step();
        if (theta.Blocks.Count == 0 || step.NaturalRate == 0) return report;

        Tensor[] gradients = [.. theta.Blocks.Select(block => block.grad is { } g ? -g : zeros_like(block))];
        (Parameters, int halvings) = step.Geometry == GradientGeometry.Natural
            ? NaturalGradient.Step(family, q, prior, gradients, step.NaturalRate)
            : (StandardGradient.Step(family, q, prior, gradients, step.NaturalRate), 0);
        Keep(Parameters);
        return report with { Halvings = halvings };
    }

    /// <summary>Trains for a phase: see <see cref="Trainer{T}"/>.</summary>
    /// <param name="data">Minibatches.</param>
    /// <param name="settings">Length, rates, estimator, early stopping, checkpoint.</param>
    /// <param name="generator">Source of the noise.</param>
    /// <param name="history">Where records go; a new one when absent.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancel">Stops between two steps.</param>
    /// <returns>The history, earlier phases too.</returns>
    /// <inheritdoc cref="Trainer{T}.Run" path="/exception"/>
    public TrainingHistory Fit(
        Minibatches data, TrainingSettings settings, Generator generator, TrainingHistory? history = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        using var trainer = new Trainer<TParameters>(this, data, settings, generator, history);
        trainer.Run(progress, cancel);
        return trainer.History;
    }

    /// <summary>q(x, z) of a batch, without gradients; joint samples too when a generator is given.</summary>
    public ILocalPosterior Infer(Batch batch, Generator? generator = null, int samples = 1)
    {
        using var mode = no_grad();
        Tensor? noise = generator is null ? null : Noise(batch, samples, generator);
        return Model.Infer(Model.Family.ExpectedStatistics(Parameters), Potentials(batch), batch.Lengths, noise, batch.Labels);
    }

    /// <summary>ψ(y; φ) of a batch, silent where a frame is missing.</summary>
    internal NodePotentials Potentials(Batch batch, double weight = 1)
    {
        NodePotentials potentials = Recognition is ISequenceRecognition sequences
            ? sequences.Potentials(batch.Observations, batch.Observed, batch.Lengths) : Recognition.call(batch.Observations);
        potentials = potentials.Observed(batch.Observed);
        return weight == 1 ? potentials : new NodePotentials(weight * potentials.J, weight * potentials.h);
    }

    /// <summary>Everything that training changes: η, the networks' weights and buffers, the log deviations of q(γ).</summary>
    internal IReadOnlyList<(string Name, Tensor Value)> State =>
    [
        .. Parameters.Blocks.Select((block, i) => ($"eta/{i}", block)),
        .. Recognition.state_dict().Select(entry => ($"recognition/{entry.Key}", entry.Value)),
        .. Likelihood is Module module ? module.state_dict().Select(entry => ($"likelihood/{entry.Key}", entry.Value)) : [],
        .. DecoderWeights is null ? [] : DecoderWeights.Named.Select(entry => ($"decoder log deviation/{entry.Name}", entry.Value)),
    ];

    /// <summary>A copy of the state's tensors, which outlives the current dispose scope.</summary>
    internal IReadOnlyList<Tensor> Snapshot() => [.. State.Select(entry => entry.Value.detach().clone().DetachFromDisposeScope())];

    /// <summary>Sets the state to copies of these tensors, in the order of <see cref="State"/>.</summary>
    internal void Restore(IReadOnlyList<Tensor> tensors)
    {
        using var mode = no_grad();
        int blocks = Parameters.Blocks.Count;
        foreach (var ((_, value), kept) in State.Zip(tensors).Skip(blocks)) value.copy_(kept);
        Parameters = TParameters.FromBlocks([.. Parameters.Blocks.Zip(tensors, (own, kept) => kept.detach().clone().to(own.device).DetachFromDisposeScope())]);
    }

    private Tensor Noise(Batch batch, int samples, Generator generator) =>
        randn([samples, batch.Observations.shape[0], batch.Observations.shape[1], Model.Dimension], ScalarType.Float64, generator: generator)
            .to(batch.Observations.device);

    private static TParameters Leaves(TParameters theta) => TParameters.FromBlocks([.. theta.Blocks.Select(b => b.detach().requires_grad_())]);

    private static TParameters Detached(TParameters theta) => TParameters.FromBlocks([.. theta.Blocks.Select(b => b.detach())]);

    /// <summary>A draw of the decoder's weights that is put back whatever happens.</summary>
    private sealed class DrawnWeights : IDisposable
    {
        private GaussianWeights? weights;

        public DrawnWeights(GaussianWeights? weights, Generator generator)
        {
            weights?.Draw(generator);
            this.weights = weights;
        }

        /// <summary>Puts the means back and keeps the gradients.</summary>
        public void Return()
        {
            weights?.Return(keepGradients: true);
            weights = null;
        }

        public void Dispose() => weights?.Return(keepGradients: false);
    }

    private static void Keep(TParameters parameters)
    {
        foreach (Tensor block in parameters.Blocks) block.DetachFromDisposeScope();
    }
}
