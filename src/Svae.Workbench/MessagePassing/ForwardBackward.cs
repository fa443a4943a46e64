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
        bool cpu = potentials.LogLikelihood.device_type == DeviceType.CPU;
        if (form == MessagePassingForm.Auto) form = cpu ? MessagePassingForm.Fused : MessagePassingForm.Parallel;
        return form switch
        {
            MessagePassingForm.Fused when !cpu => throw new ArgumentException($"form: Fused runs on the CPU, potentials.LogLikelihood is on {potentials.LogLikelihood.device}; take Parallel"),
            MessagePassingForm.Fused => ExactEverywhere(FusedForwardBackward.Infer(potentials, shape), potentials, shape),
            MessagePassingForm.Sequential => SequentialForwardBackward.Infer(potentials, shape),
            _ => ParallelForwardBackward.Infer(potentials, shape),
        };
    }

    /// <summary>The most probable path argmax_z p(z), int64 [B, T], −1 past a sequence's length; not differentiable.</summary>
    /// <param name="potentials">float64, see <see cref="HmmPotentials"/>.</param>
    /// <param name="lengths">True length of each sequence, int64 [B], each in [1, T]; none means all are T.</param>
    /// <inheritdoc cref="Infer" path="/exception"/>
    public static Tensor MostProbablePath(HmmPotentials potentials, Tensor? lengths = null) =>
        Viterbi.MostProbablePath(potentials, HmmShape.Require(potentials, lengths));

    /// <summary>p(z_t = i, z_{t+1} = j) of every step, [B, T − 1, K, K], zero past a sequence's length; differentiable.</summary>
    /// <remarks>Takes B·T·K² numbers; most uses need only their sum, which <see cref="Infer"/> returns.</remarks>
    /// <param name="potentials">float64, see <see cref="HmmPotentials"/>.</param>
    /// <param name="lengths">True length of each sequence, int64 [B], each in [1, T]; none means all are T.</param>
    /// <inheritdoc cref="Infer" path="/exception"/>
    public static Tensor PairMarginals(HmmPotentials potentials, Tensor? lengths = null) =>
        LogSpaceForwardBackward.PairMarginals(potentials, HmmShape.Require(potentials, lengths));

    /// <summary>Independent draws of whole paths from p(z), int64 [S, B, T], −1 past a sequence's length.</summary>
    /// <param name="potentials">float64, see <see cref="HmmPotentials"/>.</param>
    /// <param name="generator">Where the randomness comes from: a CPU generator.</param>
    /// <param name="count">S, paths for each sequence.</param>
    /// <param name="lengths">True length of each sequence, int64 [B], each in [1, T]; none means all are T.</param>
    /// <inheritdoc cref="Infer" path="/exception"/>
    public static Tensor SamplePaths(HmmPotentials potentials, Generator generator, int count, Tensor? lengths = null) =>
        PathSampler.Sample(potentials, HmmShape.Require(potentials, lengths), generator, count);

    /// <summary>Infers again, in log-space, the sequences whose log Z a scaled form left NaN.</summary>
    private static HmmPosterior ExactEverywhere(HmmPosterior scaled, HmmPotentials potentials, HmmShape shape)
    {
        using var scope = NewDisposeScope();
        if (ExtremeSequences.Of(scaled.LogZ, shape) is not { } extreme) return scaled;
        var (initial, transition, likelihood) = potentials;
        var (logZ, marginals, pairs) = LogSpaceForwardBackward.Infer(
            new HmmPotentials(extreme.PartOf(initial, 1), extreme.PartOf(transition, 2), extreme.PartOf(likelihood, 0)), extreme.Shape);
        return new HmmPosterior(extreme.Into(scaled.LogZ, logZ), extreme.Into(scaled.Marginals, marginals), extreme.Into(scaled.PairMarginalSum, pairs));
    }
}
