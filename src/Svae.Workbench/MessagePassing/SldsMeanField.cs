using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>The structured mean field <c>q(x) q(z)</c> of a switching linear dynamical system.</summary>
/// <param name="States">q(z): marginals, log-partition function, expected transition counts.</param>
/// <param name="Chain">q(x): the Gaussian chain, its moments and samples.</param>
/// <param name="Evidence">r[t, k] = E_q(x) of state k's potential at t, shape [B, T, K]: what x says about z.</param>
/// <param name="Surrogate">log Z_chain + β log Z_HMM − Σ γ r, shape [B]: what block ascent climbs.</param>
/// <param name="NegativeKl">
/// Surrogate − E_q(x)[node potentials], shape [B]; −KL(q(x) q(z) ‖ exp E_q(θ) log p(x, z|θ)) when β = 1, in general
/// −E_q(z) KL(q(x) ‖ exp E_q(θ) log p(x|z, θ)) − β KL(q(z) ‖ exp E_q(θ) log p(z|θ)).
/// </param>
/// <param name="Report">What the iteration did.</param>
public sealed record SldsMeanFieldPosterior(
    HmmPosterior States, ChainPosterior Chain, Tensor Evidence, Tensor Surrogate, Tensor NegativeKl, FixedPointReport Report)
{
    internal static SldsMeanFieldPosterior From(IReadOnlyList<Tensor> outputs, FixedPointReport report) => new(
        new HmmPosterior(Marginals: outputs[0], LogZ: outputs[1], PairMarginalSum: outputs[2]),
        ChainPosterior.From([.. outputs.Skip(6)]), outputs[3], outputs[4], outputs[5], report);
}

/// <summary>
/// Structured mean field for the SLDS (Johnson et al. 2016, section 4.2): q(x) is a Gaussian chain whose pair
/// blocks are averaged over q(z), q(z) is an HMM whose evidence is averaged over q(x), and the two are iterated
/// to their fixed point. The point is γ, the marginals of q(z); one sweep F maps γ → q(x) → r → γ.
/// </summary>
/// <remarks>
/// On the CPU a sweep is one kernel, and so is each product with the Jacobian that the implicit gradient takes (<see cref="Fused.FusedSlds"/>);
/// in tensor form, and where messages leave the range of scaled ones, it is put together from <see cref="GaussianChain"/> and
/// <see cref="ForwardBackward"/>. All stop by the same rule: when no sequence of the batch changes any more.
/// <para>
/// The divergence of the states may be given a weight β ≥ 1, as in a β-VAE: q(z) then sees the evidence r / β.
/// Autoregressive evidence from many latent dimensions otherwise overrules the transitions, and states flicker.
/// The objective stays below the ELBO, so it is still a bound, and block ascent still climbs it.
/// </para>
/// </remarks>
public static class SldsMeanField
{
    /// <summary>Infers q(x) q(z).</summary>
    /// <param name="potentials">Per-state potentials, float64.</param>
    /// <param name="Jn">Node precisions, diagonal [B, T, n] or dense [B, T, n, n]; 0 where a frame is missing.</param>
    /// <param name="hn">Node linear terms, shape [B, T, n].</param>
    /// <param name="lengths">Length of each sequence, int64 [B]; all T when absent. Padding is never read.</param>
    /// <param name="noise">Standard normal noise of the joint samples, shape [S, B, T, n]; no samples when absent.</param>
    /// <param name="start">Marginals γ to start from, shape [B, T, K]; the HMM on the node potentials' own means when absent.</param>
    /// <param name="labels">What is known of the states, log-potentials [B, T, K]: 0 where nothing is, −∞ where a state is ruled out.</param>
    /// <param name="stateWeight">β, the weight of the states' divergence, at least 1.</param>
    /// <param name="options">Tolerance and gradient route.</param>
    /// <param name="form">Which form of the primitives to use.</param>
    /// <exception cref="ArgumentException">
    /// A shape, type or length does not fit, an entry is not finite, or a precision is not positive definite; the message names the symbol
    /// and where in it.
    /// </exception>
    public static SldsMeanFieldPosterior Infer(
        SldsPotentials potentials, Tensor Jn, Tensor hn, Tensor? lengths = null, Tensor? noise = null, Tensor? start = null,
        Tensor? labels = null, double stateWeight = 1, FixedPointOptions? options = null, MessagePassingForm form = MessagePassingForm.Auto)
    {
        using var scope = NewDisposeScope();
        potentials.Require();
        if (!(stateWeight >= 1)) throw new ArgumentException($"β, the weight of the states' divergence: must be at least 1, got {stateWeight}");
        NodeMoments.RequireShape(Jn, hn, ("sequence", -1), ("time", -1), ("latent", potentials.Dimension));
        if (lengths is not null) HmmShape.RequireLengths(lengths, hn.shape[0], hn.shape[1]);
        (Jn, hn) = (SequenceMask.WithoutPadding(Jn, lengths), SequenceMask.WithoutPadding(hn, lengths));
        NodeMoments.RequireFinite(Jn, hn);
        (string, long) sequence = ("sequence", hn.shape[0]), time = ("time", hn.shape[1]), state = ("state", potentials.States);
        if (start is not null) Guard.Float64(Guard.Shape(start, "start γ", sequence, time, state), "start γ");
        if (labels is not null) Guard.Float64(Guard.Shape(labels, "labels", sequence, time, state), "labels");
        if (noise is not null) Guard.Float64(Guard.Shape(noise, "noise", ("sample", -1), sequence, time, ("latent", potentials.Dimension)), "noise");

        options ??= new FixedPointOptions();
        var problem = new Problem(potentials, Jn, hn, lengths, labels, stateWeight, form);
        using (no_grad()) start = SequenceMask.WithoutPadding(start ?? problem.Start(), lengths);
        var (outputs, report) = FixedPoint.Solve(
            problem.Sweep, gamma => problem.Evaluate(gamma, noise), start, problem.FrameCounts, options, problem.WantsGradient,
            (gamma, adjoint) => problem.EvaluateFixedPoint(gamma, noise, options, adjoint));
        return SldsMeanFieldPosterior.From([.. outputs.Select(output => output.MoveToOuterDisposeScope())], report);
    }

    /// <summary>
    /// E_q[log p(x, z|θ)] of each sequence for other potentials, q(x) q(z) held fixed, shape [B]: linear in the
    /// potentials, with the expected sufficient statistics as its gradient.
    /// </summary>
    public static Tensor ExpectedPotential(SldsPotentials potentials, SldsMeanFieldPosterior posterior, double stateWeight = 1)
    {
        var (states, chain) = (posterior.States, posterior.Chain);
        Tensor evidence = potentials.AverageOverPaths(chain.Mean.detach(), chain.Covariance.detach(), chain.CrossCovariance.detach());
        Tensor gamma = states.Marginals.detach();
        return (gamma * evidence).sum([1, 2]) + stateWeight * (matmul(gamma.select(1, 0), potentials.LogInitial)
            + (states.PairMarginalSum.detach() * potentials.LogTransition).sum([1, 2]));
    }

    /// <summary>One batch of sequences, with what every sweep needs. What the kernel cannot do is done by the primitives, from then on.</summary>
    private sealed class Problem(SldsPotentials potentials, Tensor Jn, Tensor hn, Tensor? lengths, Tensor? labels, double beta, MessagePassingForm form)
    {
        private Fused.FusedSlds? kernel = hn.device_type == DeviceType.CPU && form is MessagePassingForm.Auto or MessagePassingForm.Fused
            ? new Fused.FusedSlds(potentials, Jn, hn, HmmShape.RequireLengths(lengths, hn.shape[0], hn.shape[1]), labels, beta) : null;

        /// <summary>Frames of each sequence, float64 [B].</summary>
        public Tensor FrameCounts { get; } = lengths?.to(ScalarType.Float64) ?? full(hn.shape[0], hn.shape[1], ScalarType.Float64, hn.device);

        public bool WantsGradient => Jn.requires_grad || hn.requires_grad || potentials.Named.Any(block => block.Value.requires_grad);

        /// <summary>γ → q(x) → r → q(z), with the surrogate at (γ, q(x), q(z)).</summary>
        public (Tensor Marginals, Tensor Surrogate) Sweep(Tensor gamma)
        {
            if (kernel?.Sweep(gamma) is { } swept) return swept;
            kernel = null;
            var (states, _, _, surrogate) = Update(gamma, null);
            return (states.Marginals, surrogate);
        }

        /// <summary>One more sweep with everything that is wanted of it, in the order of <see cref="SldsMeanFieldPosterior.From"/>.</summary>
        public IReadOnlyList<Tensor> Evaluate(Tensor gamma, Tensor? noise)
        {
            if (kernel?.Evaluate(gamma, noise) is { } all) return all;
            kernel = null;
            var (states, chain, evidence, surrogate) = Update(gamma, noise);
            Tensor negativeKl = surrogate - NodeMoments.Expected(Jn, hn, chain.Mean, chain.Covariance).sum(1);
            return [states.Marginals, states.LogZ, states.PairMarginalSum, evidence, surrogate, negativeKl,
                chain.LogZ, chain.Mean, chain.Covariance, chain.CrossCovariance, .. chain.Samples is null ? Array.Empty<Tensor>() : [chain.Samples]];
        }

        /// <summary>The same with the gradient of the fixed point, if the kernel can.</summary>
        public IReadOnlyList<Tensor>? EvaluateFixedPoint(Tensor gamma, Tensor? noise, FixedPointOptions options, AdjointReport report)
        {
            IReadOnlyList<Tensor>? all = kernel?.EvaluateFixedPoint(gamma, noise, options, report);
            if (all is null) kernel = null;
            return all;
        }

        /// <summary>γ from the HMM alone, with x at the node potentials' own means and variances.</summary>
        public Tensor Start()
        {
            var (mean, covariance) = NodeMoments.Alone(Jn, hn);
            if (kernel?.Start(mean, covariance) is { } start) return start;
            kernel = null;
            Tensor cross = zeros_like(covariance.narrow(1, 0, covariance.shape[1] - 1));
            return Hmm(potentials.AverageOverPaths(mean, covariance, cross, form)).Marginals;
        }

        private (HmmPosterior, ChainPosterior, Tensor Evidence, Tensor Surrogate) Update(Tensor gamma, Tensor? noise)
        {
            (ChainPotentials averaged, Tensor constant) = potentials.AverageOverStates(gamma, Jn, hn);
            ChainPosterior chain = GaussianChain.Infer(averaged, lengths, noise, form);
            Tensor evidence = potentials.AverageOverPaths(chain.Mean, chain.Covariance, chain.CrossCovariance, form);
            HmmPosterior states = Hmm(evidence);
            return (states, chain, evidence, chain.LogZ + constant - (gamma * evidence).sum([1, 2]) + beta * states.LogZ);
        }

        private HmmPosterior Hmm(Tensor evidence)
        {
            if (beta != 1) evidence = evidence / beta;
            if (labels is not null) evidence = evidence + labels;
            return ForwardBackward.Infer(new HmmPotentials(potentials.LogInitial, potentials.LogTransition, evidence), lengths, form);
        }
    }
}
