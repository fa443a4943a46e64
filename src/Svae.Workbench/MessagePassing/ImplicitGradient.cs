using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// The gradient of outputs O(m*(ψ), ψ) at a fixed point m* = F(m*, ψ) by the implicit function theorem, from one evaluation of O and F
/// that hangs on m* as a leaf: with g the gradient of the outputs and v = (∂O/∂m)ᵀ g, the gradient of ψ is
/// <c>(∂O/∂ψ)ᵀ g + (∂F/∂ψ)ᵀ u</c> where <c>(I − J)ᵀ u = v, J = ∂F/∂m</c>.
/// </summary>
/// <remarks>
/// The identity forward. F is the first output, so backward adds u to the gradient of that output and lets autograd carry (g, u) on to ψ.
/// Sequences do not touch, so J is block diagonal and each sequence has a residual of its own.
/// </remarks>
internal sealed class ImplicitGradient : autograd.MultiTensorFunction<ImplicitGradient>
{
    private sealed record Call(Tensor Leaf, FixedPointOptions Options, AdjointReport Report);

    public override string Name => nameof(ImplicitGradient);

    /// <summary>The outputs at a leaf, with the gradient of the fixed point.</summary>
    public static IReadOnlyList<Tensor> Attach(FixedPoint.Evaluation evaluate, Tensor leaf, FixedPointOptions options, AdjointReport report) =>
        apply([.. evaluate(leaf), new Call(leaf, options, report)]);

    public override List<Tensor> forward(autograd.AutogradContext context, params object[] vars)
    {
        var call = (Call)vars[^1];
        Tensor[] outputs = [.. vars.SkipLast(1).Cast<Tensor>()];
        context.set_materialize_grads(false);
        context.save_for_backward([call.Leaf, .. outputs]);
        context.save_data("options", call.Options);
        context.save_data("report", call.Report);
        return [.. outputs.Select(output => output.detach())];
    }

    public override List<Tensor> backward(autograd.AutogradContext context, List<Tensor> gradients)
    {
        using var scope = NewDisposeScope();
        List<Tensor> saved = context.get_saved_variables();
        var (options, report) = ((FixedPointOptions)context.get_data("options"), (AdjointReport)context.get_data("report"));
        Tensor leaf = saved[0], image = saved[1];
        // Some outputs hang on nothing, as the pair marginals of sequences of one frame do.
        int[] defined = [.. Enumerable.Range(0, saved.Count - 1).Where(i => gradients[i] is { IsInvalid: false } && saved[i + 1].requires_grad)];

        Tensor PullBack(IEnumerable<Tensor> outputs, IEnumerable<Tensor> outer) =>
            autograd.grad([.. outputs], [leaf], [.. outer], retain_graph: true, allow_unused: true)[0];
        Tensor v = PullBack(defined.Select(i => saved[i + 1]), defined.Select(i => gradients[i]));
        Tensor u = Richardson.Solve(w => PullBack([image], [w]), v, options, report);

        List<Tensor> inner = [.. gradients.Take(saved.Count - 1).Select(g => g is { IsInvalid: false } ? g : null!), null!];
        inner[0] = (inner[0] is null ? u : inner[0] + u).MoveToOuterDisposeScope();
        return inner;
    }
}
