using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>The mean field <c>Π_i q(x_i) q(z_i)</c> of a Gaussian mixture.</summary>
/// <param name="Responsibilities">γ, q(z_i = k), shape [N, K].</param>
/// <param name="Mean">E x_i, shape [N, n].</param>
/// <param name="Covariance">Cov x_i, shape [N, n, n].</param>
/// <param name="Samples">Reparameterised samples of q(x_i), shape [S, N, n], or null when no noise was given.</param>
/// <param name="Evidence">r[i, k] = E_q(x_i) of component k's potential, shape [N, K]: what x says about z.</param>
/// <param name="Surrogate">log Z_x + log Z_z − Σ γ r of each point, shape [N]: what block ascent climbs; at most the exact log Z.</param>
/// <param name="NegativeKl">Surrogate − E_q(x)[node potentials], shape [N]: −KL(q(x) q(z) ‖ exp E_q(θ) log p(x, z|θ)).</param>
/// <param name="Report">What the iteration did.</param>
public sealed record MixtureMeanFieldPosterior(
    Tensor Responsibilities, Tensor Mean, Tensor Covariance, Tensor? Samples, Tensor Evidence, Tensor Surrogate, Tensor NegativeKl,
    FixedPointReport Report);

/// <summary>
/// Mean field for the Gaussian mixture (Johnson et al. 2016, section 2): q(x_i) is a Gaussian whose precision and linear term are averaged
/// over q(z_i), q(z_i) a categorical whose evidence is averaged over q(x_i), and the two are iterated to their fixed point. The point is
/// γ, the responsibilities; one sweep F maps γ → q(x) → r → γ.
/// </summary>
/// <remarks>
/// On the CPU everything is one kernel, whose implicit gradient is solved by conjugate residuals: it knows the tolerance and the most
/// iterations of <see cref="FixedPointOptions"/>, but neither its damping nor its memory. In tensor form, q(x) of all points is one call of
/// <see cref="GaussianChain"/> with chains of one step.
/// </remarks>
public static class MixtureMeanField
{
    /// <summary>Infers q(x) q(z) of every point.</summary>
    /// <param name="potentials">Per-component potentials, float64.</param>
    /// <param name="Jn">Node precisions, diagonal [N, n] or dense [N, n, n]; 0 where a point is missing.</param>
    /// <param name="hn">Node linear terms, shape [N, n].</param>
    /// <param name="noise">Standard normal noise of the samples, shape [S, N, n]; no samples when absent.</param>
    /// <param name="start">Responsibilities to start from, shape [N, K]; those of the node potentials' own means when absent.</param>
    /// <param name="labels">What is known of the components, log-potentials [N, K]: 0 where nothing is, −∞ where a component is ruled out.</param>
    /// <param name="options">Tolerance and gradient route.</param>
    /// <param name="form">Which computation; all agree.</param>
    /// <exception cref="ArgumentException">
    /// A shape or type does not fit, an entry is not finite, a block is not symmetric, or a point's precision is not positive definite; the
    /// message names the symbol and where in it.
    /// </exception>
    public static MixtureMeanFieldPosterior Infer(
        MixturePotentials potentials, Tensor Jn, Tensor hn, Tensor? noise = null, Tensor? start = null, Tensor? labels = null, FixedPointOptions? options = null,
        MessagePassingForm form = MessagePassingForm.Auto)
    {
        NodeMoments.RequireShape(Jn, hn, ("point", -1), ("latent", potentials.Dimension));
        potentials.RequireShapes();
        long points = hn.shape[0], K = potentials.Components;
        if (start is not null) Guard.Float64(Guard.Shape(start, "start γ", ("point", points), ("component", K)), "start γ");
        if (noise is not null) Guard.Float64(Guard.Shape(noise, "noise", ("sample", -1), ("point", points), ("latent", potentials.Dimension)), "noise");
        if (labels is not null) Guard.Float64(Guard.Shape(labels, "labels", ("point", points), ("component", K)), "labels");
        options ??= new FixedPointOptions();
        bool differentiable = Jn.requires_grad || hn.requires_grad || potentials.Named.Any(block => block.Value.requires_grad);

        if (form == MessagePassingForm.Auto) form = hn.device_type == DeviceType.CPU ? MessagePassingForm.Fused : MessagePassingForm.Parallel;
        return form == MessagePassingForm.Fused
            ? Fused.FusedMixture.Infer(potentials, Jn, hn, noise, start, labels, options, differentiable)
            : InferByTensors(potentials, Jn, hn, noise, start, labels, options, differentiable, form);
    }

    private static MixtureMeanFieldPosterior InferByTensors(
        MixturePotentials potentials, Tensor Jn, Tensor hn, Tensor? noise, Tensor? start, Tensor? labels, FixedPointOptions options, bool differentiable,
        MessagePassingForm form)
    {
        using var scope = NewDisposeScope();
        potentials.Require();
        NodeMoments.RequireFinite(Jn, hn);
        if (NodeMoments.AreDense(Jn, hn)) ChainInput.RequireSymmetric(Jn, "Jn");
        if (noise is not null) Guard.Finite(noise, "noise");
        var problem = new Problem(potentials, Jn, hn, labels, form);
        using (no_grad()) start ??= problem.Start();
        var (outputs, report) = FixedPoint.Solve(
            problem.Sweep, gamma => problem.Evaluate(gamma, noise), start, ones(hn.shape[0], ScalarType.Float64, hn.device), options, differentiable);
        Tensor[] all = [.. outputs.Select(output => output.MoveToOuterDisposeScope())];
        return new MixtureMeanFieldPosterior(all[0], all[4], all[5], all.Length > 6 ? all[6] : null, all[1], all[2], all[3], report);
    }

    /// <summary>
    /// E_q[log p(x, z|θ)] of each point for other potentials, q(x) q(z) held fixed, shape [N]: linear in the potentials, with the expected
    /// sufficient statistics as its gradient.
    /// </summary>
    public static Tensor ExpectedPotential(MixturePotentials potentials, MixtureMeanFieldPosterior posterior)
    {
        Tensor evidence = potentials.AverageOverPoints(posterior.Mean.detach(), posterior.Covariance.detach());
        return (posterior.Responsibilities.detach() * (evidence + potentials.LogWeights)).sum(1);
    }

    /// <summary>All points, with what every sweep needs.</summary>
    private sealed class Problem(MixturePotentials potentials, Tensor Jn, Tensor hn, Tensor? labels, MessagePassingForm form)
    {
        private readonly Tensor noPair = zeros([hn.shape[1], hn.shape[1]], ScalarType.Float64, hn.device);

        /// <summary>γ → q(x) → r → q(z), with the surrogate at (γ, q(x), q(z)).</summary>
        public (Tensor Responsibilities, Tensor Surrogate) Sweep(Tensor gamma)
        {
            IReadOnlyList<Tensor> all = Update(gamma, null);
            return (all[0], all[2]);
        }

        /// <summary>One more sweep: γ, r, surrogate, −KL, mean, covariance, samples if any.</summary>
        public IReadOnlyList<Tensor> Evaluate(Tensor gamma, Tensor? noise)
        {
            var all = Update(gamma, noise);
            return [.. all.Take(3), all[2] - NodeMoments.Expected(Jn, hn, all[3], all[4]), .. all.Skip(3)];
        }

        /// <summary>γ with x at the node potentials' own means and covariances.</summary>
        public Tensor Start()
        {
            var (mean, covariance) = NodeMoments.Alone(Jn, hn);
            return Joint(potentials.AverageOverPoints(mean, covariance)).softmax(1);
        }

        private Tensor Joint(Tensor evidence) => labels is null ? evidence + potentials.LogWeights : evidence + potentials.LogWeights + labels;

        private IReadOnlyList<Tensor> Update(Tensor gamma, Tensor? noise)
        {
            var (J, h, constant) = potentials.AverageOverComponents(gamma);
            ChainPosterior x = GaussianChain.Infer(
                new ChainPotentials(J, h, noPair, noPair, noPair, Jn.unsqueeze(1), hn.unsqueeze(1)), noise: noise?.unsqueeze(2), form: form);
            Tensor mean = x.Mean.squeeze(1), covariance = x.Covariance.squeeze(1);
            Tensor evidence = potentials.AverageOverPoints(mean, covariance), joint = Joint(evidence);
            Tensor surrogate = x.LogZ + constant - (gamma * evidence).sum(1) + joint.logsumexp(1);
            return [joint.softmax(1), evidence, surrogate, mean, covariance, .. x.Samples is null ? Array.Empty<Tensor>() : [x.Samples.squeeze(2)]];
        }
    }
}
