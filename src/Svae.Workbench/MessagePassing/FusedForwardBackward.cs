using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// The fused form: <see cref="ScaledForwardBackward"/> as one differentiable operation over a batch on the CPU. Groups of sequences run
/// in parallel on as many threads as <see cref="get_num_threads"/> says; the result does not depend on their number.
/// </summary>
internal sealed unsafe class FusedForwardBackward : autograd.MultiTensorFunction<FusedForwardBackward>
{
    public override string Name => nameof(FusedForwardBackward);

    /// <summary>What a call is about, besides its tensors.</summary>
    /// <param name="Shape">Sizes and lengths.</param>
    /// <param name="Keep">Will a backward pass need the messages?</param>
    /// <param name="TransitionGradient">Is the gradient with respect to log A ever wanted?</param>
    /// <param name="Phase">Says when only the gradient with respect to ℓ is wanted; null when there is no such time.</param>
    private sealed record Call(HmmShape Shape, bool Keep, bool TransitionGradient, AdjointPhase? Phase);

    /// <summary>log Z, marginals, pair-marginal sums; log Z is NaN where scaled messages are not exact, and nothing else is meant there.</summary>
    public static HmmPosterior Infer(HmmPotentials potentials, HmmShape shape, AdjointPhase? phase)
    {
        using var scope = NewDisposeScope(); // around the whole call: what forward saves has to outlive forward
        var (initial, transition, likelihood) = potentials;
        bool keep = is_grad_enabled() && (initial.requires_grad || transition.requires_grad || likelihood.requires_grad);
        List<Tensor> outputs = apply(initial, transition, likelihood, new Call(shape, keep, transition.requires_grad, phase));
        return new HmmPosterior(outputs[0].MoveToOuterDisposeScope(), outputs[1].MoveToOuterDisposeScope(), outputs[2].MoveToOuterDisposeScope());
    }

    public override List<Tensor> forward(autograd.AutogradContext context, params object[] vars)
    {
        using var plain = no_grad();
        var call = (Call)vars[3];
        var (B, T, K, lengths) = call.Shape;
        Tensor logInitial = ((Tensor)vars[0]).contiguous(), likelihood = ((Tensor)vars[2]).contiguous();
        var (transition, largest) = PaddedExp((Tensor)vars[1], K);
        var messages = new Messages(call.Shape, transition, call.Keep);
        Tensor logZ = Empty(B), marginals = Empty(B, T, K), pairs = Empty(B, K, K), scratch = messages.Squares(messages.Workers, 1);

        double* pi = Native.Doubles(logInitial), ell = Native.Doubles(likelihood);
        double* z = Native.Doubles(logZ), p = Native.Doubles(marginals), xi = Native.Doubles(pairs), square = Native.Doubles(scratch);
        int initialStride = logInitial.dim() == 2 ? K : 0;
        messages.ForEachGroup((group, first, _, worker) =>
        {
            group.Forward(pi + first * initialStride, initialStride, ell + (long)first * T * K, z + first);
            group.Backward(p + (long)first * T * K, z + first);
            for (int b = 0; b < group.Lengths.Length; b++)
            {
                if (double.IsNaN(z[first + b])) group.Forget(b);
                group.PairSum(b, square + worker * messages.Square, xi + (long)(first + b) * K * K);
            }
        });

        logZ += largest * (tensor(lengths) - 1);
        if (!call.Keep) return [logZ, marginals, pairs];
        context.set_materialize_grads(false);
        context.save_for_backward([.. messages.Tensors, pairs]);
        context.save_data("call", call);
        context.save_data("shapes", (logInitial.shape, ((Tensor)vars[1]).shape));
        return [logZ, marginals, pairs];
    }

    public override List<Tensor> backward(autograd.AutogradContext context, List<Tensor> gradients)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        List<Tensor> saved = context.get_saved_variables();
        var call = (Call)context.get_data("call");
        var (initialShape, transitionShape) = ((long[], long[]))context.get_data("shapes");
        bool pointOnly = call.Phase is { PointOnly: true }, wanted = call.TransitionGradient && !pointOnly;
        var (B, T, K, _) = call.Shape;
        var messages = new Messages(call.Shape, [.. saved.SkipLast(1)]);
        Tensor? g = Defined(gradients[0]), G = Defined(gradients[1]), H = Defined(gradients[2]);
        g ??= zeros(B, dtype: ScalarType.Float64);
        Tensor tangent = messages.Scratch(), onward = messages.Scratch(), shift = Empty(B, T), likelihood = Empty(B, T, K);
        Tensor squares = messages.Squares(messages.Workers, 2), sums = messages.Squares(wanted ? messages.Groups : 0, 2);

        double* z = Native.Doubles(g), p = G is null ? null : Native.Doubles(G), h = H is null ? null : Native.Doubles(H), xi = Native.Doubles(saved[^1]);
        double* a = Native.Doubles(tangent), v = Native.Doubles(onward), s = Native.Doubles(shift), ell = Native.Doubles(likelihood);
        double* square = Native.Doubles(squares), sum = wanted ? Native.Doubles(sums) : null;
        messages.ForEachGroup((group, first, index, worker) =>
        {
            long steps = (long)first * T, scratch = worker * messages.ScratchSize, pairs = (long)first * K * K;
            double* G = p is null ? null : p + steps * K, tangents = a + scratch, onwards = v + scratch;
            double* outer = wanted ? sum + 2 * index * messages.Square : null, direct = wanted ? outer + messages.Square : null;
            group.RestoreOnward();
            if (h is not null) group.AdjointPairs(h + pairs, xi + pairs, square + 2 * worker * messages.Square, tangents, onwards, direct);
            group.AdjointForward(h is not null, G, tangents, s + steps);
            group.AdjointBackward(h is not null, z + first, G, tangents, s + steps, onwards, ell + steps * K);
            if (wanted) group.AddAdjointPairs(tangents, onwards, outer);
        });

        Tensor? logInitial = pointOnly ? null : initialShape.Length == 1 ? likelihood.select(1, 0).sum(dim: 0) : likelihood.select(1, 0).clone();
        Tensor? logTransition = wanted ? messages.TransitionGradient(sums).reshape(transitionShape) : null;
        return [.. new[] { logInitial, logTransition, likelihood }.Select(gradient => gradient?.MoveToOuterDisposeScope()!), null!];
    }

    /// <summary>exp(log A − max) padded with zeros to whole vectors, [1 or B, width, width], and max, [1 or B].</summary>
    private static (Tensor Transition, Tensor Largest) PaddedExp(Tensor logTransition, int K)
    {
        int padding = PaddedRow.Padded(K) - K;
        Tensor blocks = logTransition.reshape(-1, K, K);
        Tensor largest = blocks.amax([1, 2]).clamp_min(double.MinValue); // a matrix of −∞ becomes one of zeros
        return (nn.functional.pad((blocks - largest.reshape(-1, 1, 1)).exp_(), [0, padding, 0, padding]), largest);
    }

    /// <summary>An output that the loss does not use has no gradient: its handle is empty.</summary>
    private static Tensor? Defined(Tensor? gradient) => gradient is { IsInvalid: false } ? gradient.contiguous() : null;

    private static Tensor Empty(params long[] shape) => empty(shape, dtype: ScalarType.Float64);

    /// <summary>The messages of a whole batch, and its division into groups.</summary>
    private sealed class Messages
    {
        private readonly HmmShape shape;
        private readonly bool keep;

        /// <summary>P, Pᵀ and [α, β, w]. Each worker writes u anew for the group at hand, in memory that stays in its cache.</summary>
        public IReadOnlyList<Tensor> Tensors { get; }

        /// <summary>The messages that a forward pass kept.</summary>
        public Messages(HmmShape shape, IReadOnlyList<Tensor> tensors) => (this.shape, Tensors, keep) = (shape, tensors, true);

        /// <summary>Room for the messages of all groups, or of one group for each worker where they are not to be kept.</summary>
        public Messages(HmmShape shape, Tensor transition, bool keep)
        {
            (this.shape, this.keep, Tensors) = (shape, keep, [transition]); // what follows depends on these
            Tensors = [transition, transition.transpose(1, 2).contiguous(), Empty(3, keep ? (long)shape.B * shape.T * Width : Workers * ScratchSize)];
        }

        public bool Shared => Tensors[0].shape[0] == 1;
        public int Width => PaddedRow.Padded(shape.K);
        public long Square => (long)Width * Width;
        public int Groups => (shape.B + Size - 1) / Size;
        public int Workers { get => field > 0 ? field : field = Native.Workers(Groups); }
        public long ScratchSize => (long)Size * shape.T * Width;

        /// <summary>
        /// Sequences that step through time together. Those of small models are few, so that all their messages stay in a core's cache; those of
        /// large ones are as many as one pass over a shared transition matrix can serve.
        /// </summary>
        private int Size => !Shared ? 1 : shape.K <= 48 ? 4 : 8;

        /// <summary>Room for one message of one group, for each worker.</summary>
        public Tensor Scratch() => Empty(Workers, ScratchSize);

        /// <summary>Zeros, [places, count · Width, Width].</summary>
        public Tensor Squares(int places, int count) => zeros(places, count * Width, Width, dtype: ScalarType.Float64);

        /// <summary>P ∘ outer + direct, [1 or B, K, K], from [outer, direct] of every group.</summary>
        public Tensor TransitionGradient(Tensor sums)
        {
            if (Shared) sums = sums.sum(dim: 0, keepdim: true);
            return addcmul(sums.narrow(1, Width, Width), sums.narrow(1, 0, Width), Tensors[0], value: 1).narrow(1, 0, shape.K).narrow(2, 0, shape.K);
        }

        /// <summary>Runs work(group, index of its first sequence, index of the group, worker) for every group, in parallel.</summary>
        public void ForEachGroup(Action<ScaledForwardBackward, int, int, int> work)
        {
            using Tensor scratch = Scratch();
            double* p = Native.Doubles(Tensors[0]), transposed = Native.Doubles(Tensors[1]), onward = Native.Doubles(scratch);
            double* filtered = Native.Doubles(Tensors[2]), future = filtered + Tensors[2].shape[1], weight = future + Tensors[2].shape[1];
            WorkerTeam.Shared.Run(Groups, Workers, (worker, index) =>
            {
                int first = index * Size, last = Math.Min(shape.B, first + Size);
                long rows = keep ? (long)first * shape.T * Width : worker * ScratchSize, squares = Shared ? 0 : first * Square;
                work(new ScaledForwardBackward
                {
                    K = shape.K, Width = Width, T = shape.T, Lengths = shape.Lengths[first..last],
                    Transition = p + squares, Transposed = transposed + squares,
                    Filtered = filtered + rows, Future = future + rows, Weight = weight + rows, Onward = onward + worker * ScratchSize,
                }, first, index, worker);
            });
        }
    }
}
