using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using static TorchSharp.torch;

namespace Svae.Workbench.Diagnostics;

/// <summary>
/// Why the posterior of one frame is what it is: what the model and all other frames say of x_t, what the frame's own potential says, and
/// their normalised product q(x_t); and the same of the discrete state.
/// </summary>
/// <param name="Prior">The message from everything but the frame itself, <c>N(m_c, Σ_c)</c>.</param>
/// <param name="Potential">ψ_t as a Gaussian; null where the frame is missing or its precision is singular.</param>
/// <param name="Posterior">q(x_t).</param>
/// <param name="StatesBefore">q(z_t) without the evidence of frame t, shape [K]; null without discrete states.</param>
/// <param name="StatesAfter">q(z_t), shape [K]; null without discrete states.</param>
public sealed record FrameExplanation(
    FrameExplanation.Belief Prior, FrameExplanation.Belief? Potential, FrameExplanation.Belief Posterior, Tensor? StatesBefore, Tensor? StatesAfter)
{
    /// <summary>A Gaussian over one latent state.</summary>
    /// <param name="Mean">Shape [n], latent units.</param>
    /// <param name="Covariance">Shape [n, n].</param>
    public sealed record Belief(Tensor Mean, Tensor Covariance)
    {
        /// <summary>Standard deviation of each dimension, shape [n], latent units.</summary>
        public Tensor Deviation => Covariance.diagonal().sqrt();
    }

    /// <summary>Explains one frame of a batch.</summary>
    /// <param name="vae">The model.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="sequence">Which sequence of it, from 0.</param>
    /// <param name="frame">t, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The batch has no such sequence, or the sequence no such frame.</exception>
    public static FrameExplanation Of<T>(StructuredVae<T> vae, Batch batch, int sequence, int frame) where T : INaturalParameters<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sequence, batch.Lengths.shape[0]);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, batch.Lengths[sequence].item<long>());
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        return Of(vae.Infer(batch), vae.Potentials(batch), sequence, frame).Survive();
    }

    /// <summary>Explains one frame of a posterior.</summary>
    /// <param name="posterior">Of a batch.</param>
    /// <param name="potentials">ψ that it was inferred from.</param>
    /// <param name="sequence">Which sequence, from 0.</param>
    /// <param name="frame">t, from 0 and before the sequence's end.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sequence or frame.</exception>
    public static FrameExplanation Of(ILocalPosterior posterior, NodePotentials potentials, int sequence, int frame)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        ArgumentOutOfRangeException.ThrowIfNegative(frame);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sequence, potentials.h.shape[0]);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, potentials.h.shape[1]);
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor Here(Tensor values) => values[sequence, frame].clone();
        var own = new NodePotentials(Here(potentials.J), Here(potentials.h));
        var after = new Belief(Here(posterior.Mean), Here(posterior.Covariance));
        var (mean, covariance) = Cavity.Of(after.Mean, after.Covariance, own);
        var states = posterior as IStatePosterior;
        var explanation = new FrameExplanation(new Belief(mean, covariance), Alone(own), after,
            states?.StateMarginalsWithout(frame)[sequence].clone(), states is null ? null : Here(states.StateMarginals));
        return explanation.Survive();
    }

    private static Belief? Alone(NodePotentials own)
    {
        var (factor, failed) = linalg.cholesky_ex(Cavity.DensePrecision(own));
        if (failed.item<int>() != 0) return null;
        Tensor covariance = cholesky_inverse(factor);
        return new Belief(matmul(covariance, own.h), covariance);
    }

    private FrameExplanation Survive()
    {
        foreach (Tensor? kept in new[] { Prior.Mean, Prior.Covariance, Potential?.Mean, Potential?.Covariance, Posterior.Mean, Posterior.Covariance, StatesBefore, StatesAfter })
            kept?.MoveToOuterDisposeScope();
        return this;
    }
}
