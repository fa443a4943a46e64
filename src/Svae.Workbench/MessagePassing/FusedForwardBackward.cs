using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// The fused form: <see cref="ScaledForwardBackward"/> as one differentiable operation over a batch on the CPU. Groups of sequences run
/// in parallel on as many threads as <see cref="get_num_threads"/> says; the result does not depend on their number.
/// </summary>
internal sealed unsafe class FusedForwardBackward : autograd.MultiTensorFunction<FusedForwardBackward>
{
    /// <summary>Sequences that share each pass over a shared transition matrix.</summary>
    private const int GroupSize = 4;

    public override string Name => nameof(FusedForwardBackward);

    /// <summary>log Z, marginals, pair-marginal sums; log Z is NaN where scaled messages are not exact, and nothing else is meant there.</summary>
    public static HmmPosterior Infer(HmmPotentials potentials, HmmShape shape)
    {
        using var scope = NewDisposeScope(); // around the whole call: what forward saves has to outlive forward
        List<Tensor> outputs = apply(potentials.LogInitial, potentials.LogTransition, potentials.LogLikelihood, shape);
        return new HmmPosterior(outputs[0].MoveToOuterDisposeScope(), outputs[1].MoveToOuterDisposeScope(), outputs[2].MoveToOuterDisposeScope());
    }

    public override List<Tensor> forward(autograd.AutogradContext context, params object[] vars)
    {
        using var plain = no_grad();
        var shape = (HmmShape)vars[3];
        var (B, T, K, lengths) = shape;
        Tensor logInitial = ((Tensor)vars[0]).contiguous(), likelihood = ((Tensor)vars[2]).contiguous();
        var (transition, largest) = PaddedExp((Tensor)vars[1], K);
        var messages = new Messages(shape, transition);
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
        context.set_materialize_grads(false);
        context.save_for_backward([.. messages.Tensors, pairs]);
        context.save_data("shape", shape);
        context.save_data("shapes", (logInitial.shape, ((Tensor)vars[1]).shape));
        return [logZ, marginals, pairs];
    }

    public override List<Tensor> backward(autograd.AutogradContext context, List<Tensor> gradients)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        List<Tensor> saved = context.get_saved_variables();
        var shape = (HmmShape)context.get_data("shape");
        var (initialShape, transitionShape) = ((long[], long[]))context.get_data("shapes");
        var (B, T, K, _) = shape;
        var messages = new Messages(shape, [.. saved[..5]]);
        int width = messages.Width;
        Tensor? g = Defined(gradients[0]), G = Defined(gradients[1]), H = Defined(gradients[2]);
        g ??= zeros(B, dtype: ScalarType.Float64);
        int workers = messages.Workers;
        Tensor tangent = messages.Scratch(), onward = messages.Scratch(), shift = Empty(B, T), likelihood = Empty(B, T, K);
        Tensor pairs = messages.Squares(messages.Groups, 1), squares = messages.Squares(workers, 2), rows = zeros(workers, width, dtype: ScalarType.Float64);

        double* z = Native.Doubles(g), p = G is null ? null : Native.Doubles(G), xi = H is null ? null : Native.Doubles(H);
        double* a = Native.Doubles(tangent), v = Native.Doubles(onward), s = Native.Doubles(shift), ell = Native.Doubles(likelihood);
        double* sums = Native.Doubles(pairs), square = Native.Doubles(squares), score = Native.Doubles(rows);
        messages.ForEachGroup((group, first, index, worker) =>
        {
            long steps = (long)first * T, scratch = worker * messages.ScratchSize;
            double* G = p is null ? null : p + steps * K, tangents = a + scratch, onwards = v + scratch, row = score + worker * width;
            group.RestoreOnward();
            if (xi is not null) group.AdjointPairs(xi + (long)first * K * K, square + 2 * worker * messages.Square, tangents, onwards);
            group.AdjointForward(xi is not null, G, tangents, s + steps, row);
            group.AdjointBackward(xi is not null, z + first, G, tangents, s + steps, onwards, ell + steps * K, row);
            group.AddAdjointPairs(tangents, onwards, sums + index * messages.Square);
        });

        if (messages.Shared) pairs = pairs.sum(dim: 0, keepdim: true);
        Tensor logInitial = likelihood.select(1, 0), logTransition = pairs.mul_(messages.Transition).narrow(1, 0, K).narrow(2, 0, K);
        if (H is not null) logTransition = logTransition + (messages.Shared ? (H * saved[5]).sum(dim: 0, keepdim: true) : H * saved[5]);
        logInitial = initialShape.Length == 1 ? logInitial.sum(dim: 0) : logInitial.clone();
        logTransition = logTransition.reshape(transitionShape);
        return [logInitial.MoveToOuterDisposeScope(), logTransition.MoveToOuterDisposeScope(), likelihood.MoveToOuterDisposeScope(), null!];
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

        /// <summary>P, Pᵀ, α, β, w. Each worker writes u anew for the group at hand, in memory that stays in its cache.</summary>
        public IReadOnlyList<Tensor> Tensors { get; }

        public Messages(HmmShape shape, IReadOnlyList<Tensor> tensors) => (this.shape, Tensors) = (shape, tensors);

        public Messages(HmmShape shape, Tensor transition)
        {
            this.shape = shape;
            Tensor Message() => Empty(shape.B, shape.T, Width);
            Tensors = [transition, transition.transpose(1, 2).contiguous(), Message(), Message(), Message()];
        }

        public Tensor Transition => Tensors[0];
        public bool Shared => Transition.shape[0] == 1;
        public int Width => PaddedRow.Padded(shape.K);
        public long Square => (long)Width * Width;
        public int Groups => (shape.B + Size - 1) / Size;
        public int Workers { get => field > 0 ? field : field = Native.Workers(Groups); }
        public long ScratchSize => (long)Size * shape.T * Width;
        private int Size => Shared ? GroupSize : 1;

        /// <summary>Room for one message of one group, for each worker.</summary>
        public Tensor Scratch() => Empty(Workers, ScratchSize);

        /// <summary>Zeros, [places, count · Width, Width].</summary>
        public Tensor Squares(int places, int count) => zeros(places, count * Width, Width, dtype: ScalarType.Float64);

        /// <summary>Runs work(group, index of its first sequence, index of the group, worker) for every group, in parallel.</summary>
        public void ForEachGroup(Action<ScaledForwardBackward, int, int, int> work)
        {
            using Tensor scratch = Scratch();
            double* p = Native.Doubles(Tensors[0]), transposed = Native.Doubles(Tensors[1]), onward = Native.Doubles(scratch);
            double* filtered = Native.Doubles(Tensors[2]), future = Native.Doubles(Tensors[3]), weight = Native.Doubles(Tensors[4]);
            Native.ParallelFor(Groups, Workers, (worker, index) =>
            {
                int first = index * Size, last = Math.Min(shape.B, first + Size);
                long rows = (long)first * shape.T * Width, squares = Shared ? 0 : first * Square;
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
