using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Exact inference in hidden Markov models (Baum et al. 1970; Rabiner 1989): log Z, marginals, the most probable path, path samples.
/// </summary>
public static class ForwardBackward
{
    /// <summary>log Z, marginals and summed pair marginals of every sequence, differentiable with respect to all potentials.</summary>
    /// <param name="potentials">float64, see <see cref="HmmPotentials"/>.</param>
    /// <param name="lengths">True length of each sequence, int64 [B], each in [1, T]; none means all are T.</param>
    /// <param name="form">Which implementation; all agree to 1e-9.</param>
    /// <exception cref="ArgumentException">A wrong shape or length, NaN or +∞; the message names symbol, sequence and time step.</exception>
    /// <exception cref="ImpossibleSequenceException">−∞ entries forbid every path of a sequence.</exception>
    public static HmmPosterior Infer(HmmPotentials potentials, Tensor? lengths = null, MessagePassingForm form = MessagePassingForm.Auto)
    {
        HmmShape shape = HmmShape.Require(potentials, lengths);
        return LogSpaceForwardBackward.Infer(potentials, shape);
    }

    /// <summary>The most probable path argmax_z p(z), int64 [B, T], −1 past a sequence's length; not differentiable.</summary>
    /// <inheritdoc cref="Infer" path="/param|/exception"/>
    public static Tensor MostProbablePath(HmmPotentials potentials, Tensor? lengths = null) =>
        Viterbi.MostProbablePath(potentials, HmmShape.Require(potentials, lengths));
}
