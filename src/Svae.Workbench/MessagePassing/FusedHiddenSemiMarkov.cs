using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// The fused form: <see cref="ScaledHiddenSemiMarkov"/> as one differentiable operation over a batch on the CPU, sequences in parallel on as
/// many threads as <see cref="get_num_threads"/> says. The backward pass computes the messages again rather than keep them.
/// </summary>
internal sealed unsafe class FusedHiddenSemiMarkov : autograd.MultiTensorFunction<FusedHiddenSemiMarkov>
{
    /// <summary>Largest φ, and 1 over the smallest, at which what underflows is surely negligible.</summary>
    private const double EntryReach = 1e60;

    public override string Name => nameof(FusedHiddenSemiMarkov);

    /// <summary>Everything; log Z is NaN where scaled messages are not exact, and nothing else is meant there.</summary>
    public static HsmmPosterior Infer(HsmmPotentials p, HmmShape shape)
    {
        using var scope = NewDisposeScope(); // around the whole call: what forward saves has to outlive forward
        List<Tensor> outputs = apply(p.LogInitial, p.LogTransition, p.LogDuration, p.LogLikelihood, shape);
        outputs.ForEach(output => output.MoveToOuterDisposeScope());
        return new HsmmPosterior(outputs[0], outputs[1], outputs[2], outputs[3], outputs[4]);
    }

    public override List<Tensor> forward(autograd.AutogradContext context, params object[] vars)
    {
        using var plain = no_grad();
        var shape = (HmmShape)vars[4];
        Tensor[] inputs = [.. vars.Take(4).Cast<Tensor>()];
        var batch = new Batch(inputs, shape, tangents: false);
        var (B, T, K, _) = shape;
        Tensor logZ = Zeros(B), marginals = Zeros(B, T, K), starts = Zeros(B, T, K), transitions = Zeros(B, K, batch.Width), durations = Zeros(B, K, batch.Row);
        double* z = Native.Doubles(logZ), m = Native.Doubles(marginals), s = Native.Doubles(starts), a = Native.Doubles(transitions), d = Native.Doubles(durations);
        batch.ForEachSequence((b, kernel) =>
        {
            long steps = (long)b * T * K;
            z[b] = batch.Forward(kernel, b);
            if (double.IsNaN(z[b])) return;
            if (!kernel.Backward(m + steps, s + steps, a + (long)b * K * batch.Width, d + (long)b * K * batch.Row)) z[b] = double.NaN;
        });
        logZ += batch.LargestDuration;
        transitions = batch.WithTransition(transitions);
        context.set_materialize_grads(false);
        context.save_for_backward([.. inputs, logZ.detach(), transitions.detach()]);
        context.save_data("shape", shape);
        return [logZ, marginals, starts, transitions, batch.WithDuration(durations)];
    }

    public override List<Tensor> backward(autograd.AutogradContext context, List<Tensor> gradients)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        List<Tensor> saved = context.get_saved_variables();
        var shape = (HmmShape)context.get_data("shape");
        var (B, T, K, _) = shape;
        var batch = new Batch([.. saved[..4]], shape, tangents: true);
        Tensor?[] reaching = [.. gradients.Select(Native.Defined)];
        Tensor? G = reaching[1], S = reaching[2], H = reaching[3], R = reaching[4];
        Tensor g = reaching[0] ?? Zeros(B);
        Tensor moved = H is null ? Zeros(B, K, batch.Width) : (batch.Transition * batch.Widened(H, batch.Width)).contiguous();
        Tensor rates = R is null ? Zeros(B, K, batch.Row) : batch.Widened(R, batch.Row);
        Tensor initial = Zeros(B, K), transitions = Zeros(B, K, batch.Width), durations = Zeros(B, K, batch.Row), likelihood = Zeros(B, T, K);

        double* z = Native.Doubles(saved[4]), cotangent = Native.Doubles(g), m = G is null ? null : Native.Doubles(G), s = S is null ? null : Native.Doubles(S);
        double* h = Native.Doubles(moved), r = Native.Doubles(rates), pi = Native.Doubles(initial), a = Native.Doubles(transitions), d = Native.Doubles(durations), ell = Native.Doubles(likelihood);
        batch.ForEachSequence((b, kernel) =>
        {
            if (double.IsNaN(z[b])) return;
            long steps = (long)b * T * K, squares = (long)b * K * batch.Width, rows = (long)b * K * batch.Row;
            batch.Forward(kernel, b);
            var direction = new ScaledHiddenSemiMarkov.Direction(m is null ? null : m + steps, s is null ? null : s + steps, h + squares, r + rows);
            // s of the backward pass is what the tangent needs; its counts land where the adjoints are written over them.
            kernel.Backward(ell + steps, kernel.Scratch, a + squares, d + rows);
            kernel.ForwardTangent(direction);
            kernel.BackwardTangent(direction, cotangent[b], ell + steps, pi + (long)b * K, a + squares, d + rows);
        });
        Tensor toTransition = batch.WithTransition(transitions);
        if (H is not null) toTransition = toTransition + H * saved[5];
        Tensor[] all = [Shared(initial, saved[0]), Shared(toTransition, saved[1]), Shared(batch.WithDuration(durations), saved[2]), likelihood];
        return [.. all.Select(gradient => gradient.MoveToOuterDisposeScope()), null!];
    }

    /// <summary>The gradient of a parameter, summed over the batch where the batch shares it.</summary>
    private static Tensor Shared(Tensor gradient, Tensor parameter) => parameter.dim() < gradient.dim() ? gradient.sum(dim: 0) : gradient;

    private static Tensor Zeros(params long[] shape) => zeros(shape, ScalarType.Float64);

    /// <summary>Potentials made ready for the kernel, and the room that each worker's kernel needs.</summary>
    private sealed class Batch
    {
        private readonly HmmShape shape;
        private readonly int D, workers;
        private readonly Tensor initial, likelihood, duration, largestTransition, largestDuration, filtered, future, rows, starts;
        private readonly bool tangents;

        public Batch(IReadOnlyList<Tensor> inputs, HmmShape shape, bool tangents)
        {
            (this.shape, this.tangents, D) = (shape, tangents, (int)inputs[2].shape[^1]);
            (initial, likelihood, workers) = (inputs[0].contiguous(), inputs[3].contiguous(), Native.Workers(shape.B));
            (Transition, largestTransition) = ExpOverMax(inputs[1], Width);
            (duration, largestDuration) = ExpOverMax(inputs[2], Row);
            int copies = tangents ? 2 : 1;
            filtered = empty([workers, copies, (long)shape.T * shape.K * Row], ScalarType.Float64);
            future = empty([workers, copies, 2 * ((long)shape.K * Row + PaddedRow.Lanes)], ScalarType.Float64);
            rows = Zeros(workers, 8, (long)shape.T * Width);
            starts = empty([workers, (long)shape.T * shape.K], ScalarType.Float64);
        }

        public int Width => PaddedRow.Padded(shape.K);
        public int Row => ScaledHiddenSemiMarkov.RowOf(D);

        /// <summary>A, [1 or B, K, Width].</summary>
        public Tensor Transition { get; }

        /// <summary>The maximum of log P, [1 or B].</summary>
        public Tensor LargestDuration => largestDuration;

        /// <summary>φ, [1 or B]; where it is out of reach it only has to be seen to be.</summary>
        private Tensor Entry() => (largestTransition + largestDuration).clamp(-200, 200).exp();

        /// <summary>φ A ∘ sums, [B, K, K].</summary>
        public Tensor WithTransition(Tensor sums) => (sums * Transition * Entry().reshape(-1, 1, 1)).narrow(2, 0, shape.K);

        /// <summary>P ∘ sums, [B, K, D].</summary>
        public Tensor WithDuration(Tensor sums) => (sums * duration).narrow(2, 0, D);

        /// <summary>Padded with zeros to a width.</summary>
        public Tensor Widened(Tensor value, int width) => nn.functional.pad(value, [0, width - value.shape[^1]]).contiguous();

        /// <summary>The kernel's forward pass over sequence b; NaN where it is not exact.</summary>
        public double Forward(ScaledHiddenSemiMarkov kernel, int b) => kernel.Entry is > 1 / EntryReach and < EntryReach
            ? kernel.Forward(Native.Doubles(initial) + (initial.dim() == 2 ? b * shape.K : 0), Native.Doubles(likelihood) + (long)b * shape.T * shape.K)
            : double.NaN;

        /// <summary>Runs work(b, kernel) for every sequence, in parallel.</summary>
        public void ForEachSequence(Action<int, ScaledHiddenSemiMarkov> work)
        {
            using Tensor entry = Entry().expand(shape.B).contiguous();
            double* A = Native.Doubles(Transition), P = Native.Doubles(duration), alpha = Native.Doubles(filtered), beta = Native.Doubles(future);
            double* messages = Native.Doubles(rows), entries = Native.Doubles(entry), scratch = Native.Doubles(starts);
            long squares = Transition.shape[0] == 1 ? 0 : (long)shape.K * Width, durations = duration.shape[0] == 1 ? 0 : (long)shape.K * Row;
            WorkerTeam.Shared.Run(shape.B, workers, (worker, b) =>
            {
                double* filtering = alpha + worker * filtered.stride(0), futures = beta + worker * future.stride(0);
                work(b, new ScaledHiddenSemiMarkov
                {
                    K = shape.K, D = D, T = (int)shape.Lengths[b], Entry = entries[b], Transition = A + b * squares, Duration = P + b * durations,
                    Filtered = filtering, FilteredTangent = tangents ? filtering + filtered.stride(1) : null,
                    Future = futures, FutureTangent = tangents ? futures + future.stride(1) : null,
                    Rows = messages + worker * rows.stride(0), Scratch = scratch + worker * starts.stride(0),
                });
            });
        }

        /// <summary>exp(log − max) padded with zeros to a width, [1 or B, K, width], and max, [1 or B].</summary>
        private (Tensor Exp, Tensor Largest) ExpOverMax(Tensor log, int width)
        {
            Tensor blocks = log.reshape(-1, shape.K, log.shape[^1]);
            Tensor largest = blocks.amax([1, 2]).clamp_min(double.MinValue); // a block of −∞ becomes one of zeros
            return (Widened((blocks - largest.reshape(-1, 1, 1)).exp_(), width), largest);
        }
    }
}
