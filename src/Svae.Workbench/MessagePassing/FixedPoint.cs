using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Block coordinate ascent m ← F(m; ψ) to its fixed point, and what is wanted there, differentiable with respect to the potentials ψ
/// by any of three routes.
/// </summary>
internal static class FixedPoint
{
    /// <summary>One sweep: the new point, shape [B, ...], and the surrogate of each sequence, shape [B], in nats.</summary>
    public delegate (Tensor Next, Tensor Surrogate) Sweep(Tensor point);

    /// <summary>Everything that is wanted at a point; the first output is the next point, F(m).</summary>
    public delegate IReadOnlyList<Tensor> Evaluation(Tensor point);

    /// <summary>
    /// Everything that is wanted at a fixed point, with the gradient of the fixed point itself by the implicit function theorem; null when
    /// <see cref="Evaluation"/> is to do.
    /// </summary>
    public delegate IReadOnlyList<Tensor>? ImplicitEvaluation(Tensor point, AdjointReport report);

    /// <summary>Iterates from <paramref name="start"/>, evaluates at the fixed point and attaches the gradient.</summary>
    /// <param name="sweep">F; it must carry gradients to the potentials when gradients are enabled.</param>
    /// <param name="evaluate">Called once, at the end; itself one more sweep.</param>
    /// <param name="start">m₀; not differentiated.</param>
    /// <param name="frames">Frames of each sequence, shape [B]: the tolerance is per frame.</param>
    /// <param name="options">Stopping rule and gradient route.</param>
    /// <param name="differentiable">Whether any potential wants a gradient.</param>
    /// <param name="implicitly">The implicit route where a kernel has its own; otherwise it is taken through <paramref name="evaluate"/>.</param>
    public static (IReadOnlyList<Tensor> Outputs, FixedPointReport Report) Solve(
        Sweep sweep, Evaluation evaluate, Tensor start, Tensor frames, FixedPointOptions options, bool differentiable,
        ImplicitEvaluation? implicitly = null)
    {
        options.Require();
        using var scope = NewDisposeScope();
        FixedPointGradient? route = differentiable && is_grad_enabled() ? options.Gradient : null;
        using var mode = set_grad_enabled(route is not null);
        (Tensor point, FixedPointReport report) = Iterate(sweep, start.detach(), frames, options, keepGraph: route == FixedPointGradient.Unrolled);
        if (route == FixedPointGradient.Truncated)
            for (int i = 0; i < options.TruncatedSweeps; i++) point = sweep(point).Next;
        IReadOnlyList<Tensor> outputs = route == FixedPointGradient.Implicit
            ? implicitly?.Invoke(point, report.Adjoint) ?? ImplicitGradient.Attach(evaluate, point.detach().requires_grad_(), options, report.Adjoint)
            : evaluate(point);
        return ([.. outputs.Select(output => output.MoveToOuterDisposeScope())], report);
    }

    private static (Tensor, FixedPointReport) Iterate(Sweep sweep, Tensor point, Tensor frames, FixedPointOptions options, bool keepGraph)
    {
        using var mode = set_grad_enabled(keepGraph);
        var trace = new SweepTrace(options);
        Tensor? last = null, gain = null;
        while (trace.GoesOn)
        {
            using var scope = NewDisposeScope();
            var (next, surrogate) = sweep(point);
            surrogate = surrogate.detach();
            if (!trace.Add(surrogate.sum().item<double>()))
                throw new ArithmeticException($"mean field: the surrogate of a sequence is not finite after sweep {trace.Sweeps}; check the potentials' scale");
            if (last is not null)
            {
                gain = ((surrogate - last) / frames).MoveToOuterDisposeScope();
                trace.Compare(gain.abs().max().item<double>(), gain.min().item<double>());
            }
            (point, last) = (next.MoveToOuterDisposeScope(), surrogate.MoveToOuterDisposeScope());
        }
        double[] each = gain is null ? [] : gain.abs().cpu().data<double>().ToArray();
        return (point, trace.Report(each));
    }
}
