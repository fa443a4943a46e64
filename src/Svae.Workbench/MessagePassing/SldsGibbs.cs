using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Joint samples of x and z from an SLDS itself, where the mean field is only an approximation of it: block Gibbs sampling draws whole
/// paths in turn, x | z from the Gaussian chain and z | x from the HMM, each exactly (Fox, Sudderth, Jordan and Willsky 2011).
/// </summary>
/// <remarks>
/// Every sample is a Markov chain of its own. It begins at a path of states that is drawn from the prior wherever frames are missing, so
/// that samples of a long gap start out in different futures and keep apart where the data do not bring them together.
/// </remarks>
public static class SldsGibbs
{
    /// <summary>Draws of x [S, B, T, n] and z [S, B, T]; latents are 0 and states −1 past a sequence's end.</summary>
    /// <param name="potentials">Per-state potentials, float64.</param>
    /// <param name="Jn">Node precisions, diagonal [B, T, n] or dense [B, T, n, n]; 0 where a frame is missing.</param>
    /// <param name="hn">Node linear terms, shape [B, T, n].</param>
    /// <param name="count">S, samples of each sequence.</param>
    /// <param name="generator">Source of randomness.</param>
    /// <param name="lengths">Length of each sequence, int64 [B]; all T when absent.</param>
    /// <param name="labels">What is known of the states, log-potentials [B, T, K].</param>
    /// <param name="sweeps">Alternations before the paths are taken.</param>
    /// <exception cref="ArgumentException">As in <see cref="SldsMeanField.Infer"/>; also a count or number of sweeps below one.</exception>
    public static (Tensor Latents, Tensor States) Sample(
        SldsPotentials potentials, Tensor Jn, Tensor hn, int count, Generator generator, Tensor? lengths = null, Tensor? labels = null, int sweeps = 20)
    {
        if (count < 1 || sweeps < 1) throw new ArgumentException($"count and sweeps: must be at least 1, got {count} and {sweeps}");
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        SldsMeanFieldPosterior field = SldsMeanField.Infer(potentials, Jn, hn, lengths, labels: labels);
        long batch = hn.shape[0], frames = hn.shape[1], n = hn.shape[2], paths = count * batch;
        Tensor states = Start(potentials, field, hn, count, generator, lengths, labels).reshape(paths, frames), x = hn;
        Tensor Repeated(Tensor value) => value.repeat([count, .. Enumerable.Repeat(1L, (int)value.dim() - 1)]);
        Tensor nodes = Repeated(Jn), linear = Repeated(hn), none = zeros([paths, frames, n, n], hn.dtype, hn.device);
        Tensor? ends = lengths is null ? null : Repeated(lengths), known = labels is null ? null : Repeated(labels);
        for (int sweep = 0; sweep < sweeps; sweep++)
        {
            using var inner = NewDisposeScope();
            Tensor gamma = SequenceMask.WithoutPadding(nn.functional.one_hot(states.clamp_min(0), potentials.States).to(hn.dtype), ends);
            Tensor noise = randn([1, paths, frames, n], hn.dtype, hn.device, generator: generator);
            x = GaussianChain.Infer(potentials.AverageOverStates(gamma, nodes, linear).Chain, ends, noise).Samples!.squeeze(0);
            Tensor evidence = potentials.AverageOverPaths(x, none, none.narrow(1, 1, frames - 1));
            states = Paths(potentials, known is null ? evidence : evidence + known, 1, generator, ends).squeeze(0);
            x.MoveToOuterDisposeScope();
            states.MoveToOuterDisposeScope();
        }
        return (x.reshape(count, batch, frames, n).MoveToOuterDisposeScope(), states.reshape(count, batch, frames).MoveToOuterDisposeScope());
    }

    /// <summary>Paths of states by what the mean field says of observed frames and the prior of the others, [S, B, T].</summary>
    private static Tensor Start(
        SldsPotentials potentials, SldsMeanFieldPosterior field, Tensor hn, int count, Generator generator, Tensor? lengths, Tensor? labels)
    {
        Tensor observed = (hn != 0).any(2, keepdim: true).to(hn.dtype);
        Tensor evidence = field.Evidence * observed;
        return Paths(potentials, labels is null ? evidence : evidence + labels, count, generator, lengths);
    }

    private static Tensor Paths(SldsPotentials potentials, Tensor evidence, int count, Generator generator, Tensor? lengths) =>
        ForwardBackward.SamplePaths(new HmmPotentials(potentials.LogInitial, potentials.LogTransition, evidence), generator, count, lengths);
}
