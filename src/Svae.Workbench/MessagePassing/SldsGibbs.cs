using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Joint samples of x and z from an SLDS itself, where the mean field is only an approximation of it: block Gibbs sampling draws whole
/// paths in turn, x | z from the Gaussian chain and z | x from the HMM, each exactly (Fox, Sudderth, Jordan and Willsky 2011).
/// </summary>
/// <remarks>
/// Every sample is a Markov chain of its own, and its sweeps hardly ever lead from one course of a long gap to another that fits as well: the
/// paths between them do not fit. So where frames are missing each chain begins at one of many paths of states, drawn from the prior in the gap
/// and near it, chosen by their weights with x integrated out (sampling importance resampling, Rubin 1988): <c>w(z) ∝ p(z) ∫ p(x, y | z) dx / q(z)</c>
/// with q the proposal. Courses then come in the shares that the model gives them.
/// </remarks>
public static class SldsGibbs
{
    /// <summary>So many frames beside a gap the mean field leans on the one course that it has chosen for the gap: not asked there.</summary>
    private const int Border = 5;

    /// <summary>Draws of x [S, B, T, n] and z [S, B, T]; latents are 0 and states −1 past a sequence's end.</summary>
    /// <param name="potentials">Per-state potentials, float64.</param>
    /// <param name="Jn">Node precisions, diagonal [B, T, n] or dense [B, T, n, n]; 0 where a frame is missing.</param>
    /// <param name="hn">Node linear terms, shape [B, T, n].</param>
    /// <param name="count">S, samples of each sequence.</param>
    /// <param name="generator">Source of randomness.</param>
    /// <param name="lengths">Length of each sequence, int64 [B]; all T when absent.</param>
    /// <param name="labels">What is known of the states, log-potentials [B, T, K].</param>
    /// <param name="sweeps">Alternations before the paths are taken.</param>
    /// <param name="starts">Paths that each chain's start is chosen from where frames are missing.</param>
    /// <exception cref="ArgumentException">As in <see cref="SldsMeanField.Infer"/>; also a count, number of sweeps or of starts below one.</exception>
    public static (Tensor Latents, Tensor States) Sample(
        SldsPotentials potentials, Tensor Jn, Tensor hn, int count, Generator generator, Tensor? lengths = null, Tensor? labels = null,
        int sweeps = 20, int starts = 32)
    {
        if (count < 1 || sweeps < 1 || starts < 1)
            throw new ArgumentException($"count, sweeps and starts: must be at least 1, got {count}, {sweeps} and {starts}");
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        long batch = hn.shape[0], frames = hn.shape[1], n = hn.shape[2], paths = count * batch;
        Tensor Repeated(Tensor value) => value.repeat([count, .. Enumerable.Repeat(1L, (int)value.dim() - 1)]);
        Tensor nodes = Repeated(Jn), linear = Repeated(hn), none = zeros([paths, frames, n, n], hn.dtype, hn.device);
        Tensor? ends = lengths is null ? null : Repeated(lengths), known = labels is null ? null : Repeated(labels);
        Tensor missing = SequenceMask.WithoutPadding((Jn == 0).flatten(2).all(2, keepdim: true).to(hn.dtype), lengths);
        Tensor near = nn.functional.max_pool1d(missing.mT, 2 * Border + 1, stride: 1, padding: Border).mT;
        Tensor seen = SldsMeanField.Infer(potentials, Jn, hn, lengths, labels: labels).Evidence * (1 - near);
        var given = new Given(potentials, nodes, linear, Repeated(seen), known, ends);
        Tensor states = given.Start(missing.any().item<bool>() ? starts : 1, generator), x = hn;
        for (int sweep = 0; sweep < sweeps; sweep++)
        {
            using var inner = NewDisposeScope();
            Tensor noise = randn([1, paths, frames, n], hn.dtype, hn.device, generator: generator);
            x = GaussianChain.Infer(given.Chain(states).Chain, ends, noise).Samples!.squeeze(0);
            states = given.Paths(potentials.AverageOverPaths(x, none, none.narrow(1, 1, frames - 1)), generator);
            x.MoveToOuterDisposeScope();
            states.MoveToOuterDisposeScope();
        }
        return (x.reshape(count, batch, frames, n).MoveToOuterDisposeScope(), states.reshape(count, batch, frames).MoveToOuterDisposeScope());
    }

    /// <summary>All that the paths are drawn given, each row repeated for every sample.</summary>
    /// <param name="Potentials">Per-state potentials.</param>
    /// <param name="Nodes">Node precisions.</param>
    /// <param name="Linear">Node linear terms.</param>
    /// <param name="Seen">What the mean field says of the states of observed frames, 0 in gaps and near them, [P, T, K].</param>
    /// <param name="Known">What is known of the states, log-potentials [P, T, K].</param>
    /// <param name="Ends">Lengths [P].</param>
    private sealed record Given(SldsPotentials Potentials, Tensor Nodes, Tensor Linear, Tensor Seen, Tensor? Known, Tensor? Ends)
    {
        /// <summary>Paths of states [P, T] by a log evidence [P, T, K], with what is known of them.</summary>
        public Tensor Paths(Tensor evidence, Generator generator) => ForwardBackward.SamplePaths(
            new HmmPotentials(Potentials.LogInitial, Potentials.LogTransition, Known is null ? evidence : evidence + Known), generator, 1, Ends).squeeze(0);

        /// <summary>p(x | z) of paths of states, and the constant it leaves out.</summary>
        public (ChainPotentials Chain, Tensor Constant) Chain(Tensor states) => Potentials.AverageOverStates(Members(states), Nodes, Linear);

        /// <summary>Each path one of several proposals, by weight: the r-th takes the place of the one so far with probability w_r / Σ_{i ≤ r} w_i.</summary>
        public Tensor Start(int proposals, Generator generator)
        {
            Tensor chosen = Paths(Seen, generator);
            if (proposals == 1) return chosen;
            Tensor total = LogWeight(chosen);
            for (int r = 1; r < proposals; r++)
            {
                using var scope = NewDisposeScope();
                Tensor proposal = Paths(Seen, generator), weight = LogWeight(proposal), sum = logaddexp(total, weight);
                Tensor taken = rand(weight.shape, weight.dtype, weight.device, generator: generator).log() < weight - sum;
                (chosen, total) = (where(taken.unsqueeze(1), proposal, chosen).MoveToOuterDisposeScope(), sum.MoveToOuterDisposeScope());
            }
            return chosen;
        }

        /// <summary>log ∫ p(x, y | z) dx − Σ_t seen[t, z_t]; the prior of z and what is known of it are in the target and in the proposal.</summary>
        private Tensor LogWeight(Tensor states)
        {
            using var scope = NewDisposeScope();
            var (chain, constant) = Chain(states);
            return (GaussianChain.Infer(chain, Ends).LogZ + constant - (Seen * Members(states)).sum([1L, 2L])).MoveToOuterDisposeScope();
        }

        private Tensor Members(Tensor states) =>
            SequenceMask.WithoutPadding(nn.functional.one_hot(states.clamp_min(0), Potentials.States).to(Linear.dtype), Ends);
    }
}
