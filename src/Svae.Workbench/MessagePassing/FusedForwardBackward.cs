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
    /// <param name="TransitionGradient">Is the gradient with respect to log A wanted?</param>
    private sealed record Call(HmmShape Shape, bool Keep, bool TransitionGradient);

    /// <summary>log Z, marginals, pair-marginal sums; log Z is NaN where scaled messages are not exact, and nothing else is meant there.</summary>
    public static HmmPosterior Infer(HmmPotentials potentials, HmmShape shape)
    {
        using var scope = NewDisposeScope(); // around the whole call: what forward saves has to outlive forward
        var (initial, transition, likelihood) = potentials;
        bool keep = is_grad_enabled() && (initial.requires_grad || transition.requires_grad || likelihood.requires_grad);
        List<Tensor> outputs = apply(initial, transition, likelihood, new Call(shape, keep, transition.requires_grad));
        return new HmmPosterior(outputs[0].MoveToOuterDisposeScope(), outputs[1].MoveToOuterDisposeScope(), outputs[2].MoveToOuterDisposeScope());
    }

    public override List<Tensor> forward(autograd.AutogradContext context, params object[] vars)
    {
        using var plain = no_grad();
        var call = (Call)vars[3];
        var (B, T, K, lengths) = call.Shape;
        Tensor logInitial = ((Tensor)vars[0]).contiguous(), likelihood = ((Tensor)vars[2]).contiguous();
        var (transition, transposed, largest) = HmmMessages.Transitions((Tensor)vars[1]);
        var messages = HmmMessages.Room(call.Shape, HmmMessages.SizeFor(K, transition.shape[0] == 1), transition, transposed, call.Keep);
        Tensor logZ = Empty(B), marginals = Empty(B, T, K), pairs = Empty(B, K, K);

        double* pi = Native.Doubles(logInitial), ell = Native.Doubles(likelihood);
        double* z = Native.Doubles(logZ), p = Native.Doubles(marginals), xi = Native.Doubles(pairs);
        int initialStride = logInitial.dim() == 2 ? K : 0;
        ForEachGroup(messages, messages.Square, (group, first, square) =>
        {
            group.Forward(pi + first * initialStride, initialStride, ell + (long)first * T * K, z + first);
            group.Backward(p + (long)first * T * K, z + first);
            for (int b = 0; b < group.Lengths.Length; b++)
            {
                if (double.IsNaN(z[first + b])) group.Forget(b);
                group.PairSum(b, (double*)square, xi + (long)(first + b) * K * K);
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
        var (B, T, K, _) = call.Shape;
        var messages = HmmMessages.Kept(call.Shape, HmmMessages.SizeFor(K, saved[0].shape[0] == 1), [.. saved.SkipLast(1)]);
        Tensor? g = Native.Defined(gradients[0]), G = Native.Defined(gradients[1]), H = Native.Defined(gradients[2]);
        g ??= zeros(B, dtype: ScalarType.Float64);
        Tensor shift = Empty(B, T), likelihood = Empty(B, T, K);
        Tensor sums = zeros(call.TransitionGradient ? messages.Groups : 0, 2 * messages.Width, messages.Width, dtype: ScalarType.Float64);

        double* z = Native.Doubles(g), p = G is null ? null : Native.Doubles(G), h = H is null ? null : Native.Doubles(H), xi = Native.Doubles(saved[^1]);
        double* s = Native.Doubles(shift), ell = Native.Doubles(likelihood), sum = call.TransitionGradient ? Native.Doubles(sums) : null;
        long size = messages.GroupSize, square = messages.Square;
        ForEachGroup(messages, 2 * size + 2 * square, (group, first, scratch) =>
        {
            long steps = (long)first * T, pairs = (long)first * K * K;
            double* G = p is null ? null : p + steps * K, tangents = (double*)scratch, onwards = tangents + size, squares = onwards + size;
            double* outer = sum is null ? null : sum + 2 * (first / messages.Size) * square, direct = sum is null ? null : outer + square;
            group.RestoreOnward();
            if (h is not null) group.AdjointPairs(h + pairs, xi + pairs, squares, tangents, onwards, direct);
            group.AdjointForward(h is not null, G, tangents, s + steps);
            group.AdjointBackward(h is not null, z + first, G, tangents, s + steps, onwards, ell + steps * K);
            if (sum is not null) group.AddAdjointPairs(tangents, onwards, outer);
        });

        Tensor logInitial = initialShape.Length == 1 ? likelihood.select(1, 0).sum(dim: 0) : likelihood.select(1, 0).clone();
        Tensor? logTransition = sum is null ? null : messages.TransitionGradient(sums).reshape(transitionShape);
        return [.. new[] { logInitial, logTransition, likelihood }.Select(gradient => gradient?.MoveToOuterDisposeScope()!), null!];
    }

    /// <summary>Runs work(group, index of its first sequence, scratch memory) for every group, in parallel.</summary>
    private static void ForEachGroup(HmmMessages messages, long entries, Action<ScaledForwardBackward, int, nint> work)
    {
        int workers = Native.Workers(messages.Groups);
        using Tensor scratch = Empty(workers, messages.GroupSize + entries);
        double* memory = Native.Doubles(scratch);
        WorkerTeam.Shared.Run(messages.Groups, workers, (worker, index) =>
        {
            double* own = memory + worker * (messages.GroupSize + entries);
            work(messages.Group(index, worker, own), index * messages.Size, (nint)(own + messages.GroupSize));
        });
    }

    private static Tensor Empty(params long[] shape) => empty(shape, dtype: ScalarType.Float64);
}
