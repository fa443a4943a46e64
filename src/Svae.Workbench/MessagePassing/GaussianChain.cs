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

    /// <summary>
    /// Filtered moments p(x_t | nodes 1..t), from the potentials up to node t (which for normalised dynamics is the Kalman filter).
    /// Differentiable, and computed by tensor operations on any device.
    /// </summary>
    /// <param name="potentials">The chain; float64, all on one device. Its <c>hn</c> are the nodes' own, without the dynamics' linear terms.</param>
    /// <param name="linear">Linear terms of the dynamics, or null when they have none.</param>
    /// <param name="lengths">Frames in each sequence, int64 [B]; null when all have T.</param>
    /// <param name="form">Parallel (as Auto) or Sequential.</param>
    /// <returns>Mean [B, T, n] and covariance [B, T, n, n], zero past a sequence's length.</returns>
    /// <exception cref="ArgumentException">As <see cref="Infer"/>; also a frame whose past does not determine its state.</exception>
    public static ChainMoments Filter(
        ChainPotentials potentials, PairLinearTerms? linear = null, Tensor? lengths = null, MessagePassingForm form = MessagePassingForm.Auto) =>
        FilterOf(potentials, linear, lengths, form).Filtered();

    /// <summary>
    /// Predictions with uncertainty: p(x_{t+k} | nodes 1..t) for every frame t and k = 1..steps. With shared pair blocks they reach beyond
    /// the end, so entry [k−1, b, length−1] forecasts the unseen frame k steps after the last one; with pair blocks of their own, entries that
    /// would need a block beyond the sequence are zero. Differentiable, and computed by tensor operations on any device.
    /// </summary>
    /// <param name="potentials">As in <see cref="Filter"/>.</param>
    /// <param name="steps">How far ahead, at least 1.</param>
    /// <param name="linear">Linear terms of the dynamics, or null when they have none.</param>
    /// <param name="lengths">Frames in each sequence, int64 [B]; null when all have T.</param>
    /// <param name="form">Parallel (as Auto) or Sequential.</param>
    /// <returns>Mean [steps, B, T, n] and covariance [steps, B, T, n, n].</returns>
    /// <exception cref="ArgumentException">As <see cref="Filter"/>.</exception>
    public static ChainMoments Predict(
        ChainPotentials potentials, int steps, PairLinearTerms? linear = null, Tensor? lengths = null, MessagePassingForm form = MessagePassingForm.Auto)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return FilterOf(potentials, linear, lengths, form).Predicted(steps);
    }

    private static ChainFilter FilterOf(ChainPotentials potentials, PairLinearTerms? linear, Tensor? lengths, MessagePassingForm form)
    {
        var (B, T, n, _, shared, _) = ChainShape.Of(potentials, lengths, noise: null);
        if (form == MessagePassingForm.Fused) throw new ArgumentException("form: filtering has no fused kernel; choose Auto, Parallel or Sequential");
        if (linear is not null)
            foreach (var (symbol, value) in new[] { ("linear.Earlier", linear.Earlier), ("linear.Later", linear.Later) })
            {
                if (shared) Guard.Shape(value, symbol, ("latent", n));
                else Guard.Shape(value, symbol, ("batch", B), ("time − 1", T - 1), ("latent", n));
                Guard.Finite(value, symbol);
            }
        ChainInput.Require(potentials, lengths, noise: null);
        return new ChainFilter(potentials, linear, lengths, parallel: form != MessagePassingForm.Sequential);
    }
}
