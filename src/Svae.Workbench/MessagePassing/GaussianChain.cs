using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Exact inference in a Gaussian chain, the primitive behind linear dynamical systems and their switching kin. The density is that of
/// <see cref="ChainPotentials"/>; the mathematics is that of the Kalman smoother in information form, written as one block Cholesky
/// factorisation (Johnson et al. 2016, appendix; Rue and Held 2005, chapter 2).
/// </summary>
public static class GaussianChain
{
    /// <summary>
    /// Log normaliser, means, covariances, cross-covariances and joint samples, each differentiable with respect to each potential.
    /// </summary>
    /// <param name="potentials">The chain; float64, all on one device.</param>
    /// <param name="lengths">Frames in each sequence, int64 [B], between 1 and T; null when all have T. Padding is never read.</param>
    /// <param name="noise">Standard normal draws, float64 [S, B, T, n], for S joint samples x = mean + L⁻ᵀε; null for none.</param>
    /// <param name="form">Which computation; all agree.</param>
    /// <exception cref="ArgumentException">
    /// A wrong shape, type, device or length, a non-finite or non-symmetric potential, or a precision that is not positive definite;
    /// the message names the symbol, the sequence and the time step.
    /// </exception>
    public static ChainPosterior Infer(
        ChainPotentials potentials, Tensor? lengths = null, Tensor? noise = null, MessagePassingForm form = MessagePassingForm.Auto)
    {
        ChainShape.Of(potentials, lengths, noise);
        bool cpu = potentials.hn.device_type == TorchSharp.DeviceType.CPU;
        if (form == MessagePassingForm.Auto) form = cpu ? MessagePassingForm.Fused : MessagePassingForm.Parallel;
        if (form == MessagePassingForm.Fused) return Fused.FusedGaussianChain.Infer(potentials, lengths, noise);
        ChainInput.Require(potentials, lengths, noise);
        return form == MessagePassingForm.Parallel
            ? ParallelGaussianChain.Infer(potentials, lengths, noise)
            : SequentialGaussianChain.Infer(potentials, lengths, noise);
    }
}
