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
public sealed class StructuredVae<TParameters> where TParameters : INaturalParameters<TParameters>
{
    /// <param name="model">The graphical model.</param>
    /// <param name="recognition">y [B, T, D] → potentials [B, T, n].</param>
    /// <param name="likelihood">The decoder with its likelihood.</param>
    public StructuredVae(IGraphicalModel<TParameters> model, Module<Tensor, NodePotentials> recognition, ILikelihood likelihood)
    {
        (Model, Recognition, Likelihood, Parameters) = (model, recognition, likelihood, model.Prior);
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

    /// <summary>The weights φ and γ.</summary>
    public IReadOnlyList<TorchSharp.Modules.Parameter> Networks { get; }

    /// <summary>One step of learning, everything at once: see the class's objective.</summary>
    /// <param name="batch">The minibatch.</param>
    /// <param name="optimizer">Steps the networks' weights.</param>
    /// <param name="step">Rates and estimator of this step.</param>
    /// <param name="generator">Source of the noise.</param>
    /// <exception cref="NonFiniteException">A term of the objective is not finite; nothing has been changed.</exception>
    public StepReport Step(Batch batch, optim.Optimizer optimizer, StepSettings step, Generator generator)
    {
        using var scope = NewDisposeScope();
        var (family, q, prior) = (Model.Family, Parameters, Model.Prior);

        TParameters theta = Leaves(family.ExpectedStatistics(q));                        // E[t(θ)], the only way q(θ) enters
        TParameters inferred = step.Estimator == NaturalGradientEstimator.Unbiased ? theta : Detached(theta);
        NodePotentials potentials = Recognition.call(batch.Observations).Observed(batch.Observed); // ψ(y; φ)
        Tensor noise = Noise(batch, step.Samples, generator);
        ILocalPosterior posterior = Model.Infer(inferred, potentials, batch.Lengths, noise);       // message passing → q(x, z)
        Tensor frames = Likelihood.LogLikelihood(batch.Observations, posterior.Samples);           // log p(y_t | x_t)
        Tensor likelihood = (frames * batch.Observed).to(ScalarType.Float64).sum() / step.Samples;

        Tensor negativeKl = posterior.NegativeKl.sum();
        Tensor local = batch.Scale * (likelihood + negativeKl);                                    // s · local ELBO
        Tensor globalKl = ExponentialFamily.Kl(family, q, prior).sum();
        var report = new StepReport(
            batch.Scale * likelihood.item<double>(), -batch.Scale * negativeKl.item<double>(), globalKl.item<double>(), 0);
        report.RequireFinite();

        optimizer.zero_grad();
        Tensor objective = step.Estimator == NaturalGradientEstimator.Unbiased
            ? local : local + batch.Scale * Model.ExpectedLogPrior(theta, posterior).sum();
        (-objective).backward();                                                                   // φ, γ and E[t(θ)] in one sweep
        if (step.ClipNorm > 0) nn.utils.clip_grad_norm_(Networks, step.ClipNorm * batch.Scale * batch.Frames);
        optimizer.step();
        if (theta.Blocks.Count == 0 || step.NaturalRate == 0) return report;

        Tensor[] gradients = [.. theta.Blocks.Select(block => block.grad is { } g ? -g : zeros_like(block))];
        (Parameters, int halvings) = NaturalGradient.Step(family, q, prior, gradients, step.NaturalRate);
        Keep(Parameters);
        return report with { Halvings = halvings };
    }

    /// <summary>q(x, z) of a batch, without gradients; joint samples too when a generator is given.</summary>
    public ILocalPosterior Infer(Batch batch, Generator? generator = null, int samples = 1)
    {
        using var mode = no_grad();
        NodePotentials potentials = Recognition.call(batch.Observations).Observed(batch.Observed);
        Tensor? noise = generator is null ? null : Noise(batch, samples, generator);
        return Model.Infer(Model.Family.ExpectedStatistics(Parameters), potentials, batch.Lengths, noise);
    }

    private Tensor Noise(Batch batch, int samples, Generator generator) =>
        randn([samples, batch.Observations.shape[0], batch.Observations.shape[1], Model.Dimension], ScalarType.Float64, generator: generator)
            .to(batch.Observations.device);

    private static TParameters Leaves(TParameters theta) => TParameters.FromBlocks([.. theta.Blocks.Select(b => b.detach().requires_grad_())]);

    private static TParameters Detached(TParameters theta) => TParameters.FromBlocks([.. theta.Blocks.Select(b => b.detach())]);

    private static void Keep(TParameters parameters)
    {
        foreach (Tensor block in parameters.Blocks) block.DetachFromDisposeScope();
    }
}
