using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>How the gradient passes a fixed point m* = F(m*; ψ) (Bendekgey, Hope and Sudderth 2023, section 4).</summary>
public enum FixedPointGradient
{
    /// <summary>Implicit function theorem: solves (I − ∂F/∂m)ᵀ u = v at the fixed point. Memory of one sweep.</summary>
    Implicit,

    /// <summary>Backpropagation through every sweep. Memory grows with the sweeps.</summary>
    Unrolled,

    /// <summary>Backpropagation through the last <see cref="FixedPointOptions.TruncatedSweeps"/> sweeps only. Biased, cheapest.</summary>
    Truncated,
}

/// <summary>When the iteration stops, and how its gradient is taken.</summary>
public sealed record FixedPointOptions
{
    /// <summary>At most this many sweeps.</summary>
    public int MaxSweeps { get; init; } = 50;

    /// <summary>Stop when no sequence's surrogate gains more than this in a sweep, in nats per frame.</summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>The gradient route.</summary>
    public FixedPointGradient Gradient { get; init; } = FixedPointGradient.Implicit;

    /// <summary>Sweeps that the truncated route differentiates.</summary>
    public int TruncatedSweeps { get; init; } = 1;

    /// <summary>Richardson iterations of the implicit route, at most.</summary>
    public int MaxAdjointIterations { get; init; } = 20;

    /// <summary>The implicit route stops when the residual ‖v + Jᵀu − u‖ is below this times ‖v‖.</summary>
    public double AdjointTolerance { get; init; } = 1e-4;

    /// <summary>Richardson step: u ← u + damping · (v + Jᵀu − u).</summary>
    public double Damping { get; init; } = 0.5;
}

/// <summary>What the forward iteration did.</summary>
/// <param name="Sweeps">Sweeps taken.</param>
/// <param name="Converged">Whether the tolerance was met.</param>
/// <param name="Residual">The last change of the surrogate, nats per frame, over all sequences the largest.</param>
/// <param name="Surrogate">The surrogate after each sweep, summed over the batch, nats; it must not fall.</param>
/// <param name="Adjoint">Filled by the backward pass of the implicit route.</param>
public sealed record FixedPointReport(int Sweeps, bool Converged, double Residual, IReadOnlyList<double> Surrogate, AdjointReport Adjoint);

/// <summary>What the Richardson iteration of the implicit gradient did; empty until the backward pass has run.</summary>
public sealed class AdjointReport
{
    /// <summary>Iterations taken.</summary>
    public int Iterations { get; internal set; }

    /// <summary>‖v + Jᵀu − u‖ / ‖v‖ at the end.</summary>
    public double Residual { get; internal set; }

    /// <summary>Whether the tolerance was met; if not, the one-step gradient u = v was used.</summary>
    public bool Converged { get; internal set; }
}

/// <summary>
/// Block coordinate ascent m ← F(m; ψ) to its fixed point, differentiable with respect to the potentials ψ
/// by any of three routes.
/// </summary>
internal static class FixedPoint
{
    /// <summary>One sweep: the new point, and the surrogate of each sequence, shape [B], in nats.</summary>
    public delegate (Tensor Next, Tensor Surrogate) Sweep(Tensor point);

    /// <summary>Iterates from <paramref name="start"/> and attaches the gradient.</summary>
    /// <param name="sweep">F; it must carry gradients to the potentials when gradients are enabled.</param>
    /// <param name="start">m₀; not differentiated.</param>
    /// <param name="frames">Frames of each sequence, shape [B]: the tolerance is per frame.</param>
    /// <param name="options">Stopping rule and gradient route.</param>
    public static (Tensor Point, FixedPointReport Report) Solve(Sweep sweep, Tensor start, Tensor frames, FixedPointOptions options)
    {
        bool needsGradient = is_grad_enabled();
        bool unrolled = needsGradient && options.Gradient == FixedPointGradient.Unrolled;
        var adjoint = new AdjointReport();
        (Tensor point, var surrogates, double residual) = Iterate(sweep, start.detach(), frames, options, keepGraph: unrolled);
        if (needsGradient && options.Gradient == FixedPointGradient.Truncated)
            for (int i = 0; i < options.TruncatedSweeps; i++) point = sweep(point).Next;
        if (needsGradient && options.Gradient == FixedPointGradient.Implicit)
        {
            Tensor leaf = point.detach().requires_grad_();
            Tensor image = sweep(leaf).Next;
            point = image.requires_grad ? ImplicitAdjoint.apply(image, new ImplicitAdjoint.Problem(leaf, image, options, adjoint)) : image;
        }
        return (point, new FixedPointReport(surrogates.Count, residual <= options.Tolerance, residual, surrogates, adjoint));
    }

    private static (Tensor, List<double>, double) Iterate(
        Sweep sweep, Tensor point, Tensor frames, FixedPointOptions options, bool keepGraph)
    {
        var surrogates = new List<double>();
        double residual = double.PositiveInfinity;
        using var mode = set_grad_enabled(keepGraph);
        Tensor? last = null;
        for (int s = 0; s < options.MaxSweeps && residual > options.Tolerance; s++)
        {
            (point, Tensor surrogate) = sweep(point);
            surrogate = surrogate.detach();
            surrogates.Add(surrogate.sum().item<double>());
            if (last is not null) residual = ((surrogate - last) / frames).abs().max().item<double>();
            last = surrogate;
        }
        return (point, surrogates, residual);
    }

    /// <summary>The identity forward; backward, replaces the incoming v by the solution u of (I − J)ᵀ u = v, J = ∂F/∂m at m*.</summary>
    private sealed class ImplicitAdjoint : autograd.SingleTensorFunction<ImplicitAdjoint>
    {
        public sealed record Problem(Tensor Leaf, Tensor Image, FixedPointOptions Options, AdjointReport Report);

        public override string Name => nameof(ImplicitAdjoint);

        public override Tensor forward(autograd.AutogradContext context, params object[] inputs)
        {
            context.save_data("problem", inputs[1]);
            return ((Tensor)inputs[0]).detach().clone();
        }

        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
        {
            var (leaf, image, options, report) = (Problem)context.get_data("problem");
            using var scope = NewDisposeScope();
            Tensor u = Richardson(leaf, image, gradient, options, report);
            return [u.MoveToOuterDisposeScope(), null!];
        }

        private static Tensor Richardson(Tensor leaf, Tensor image, Tensor v, FixedPointOptions options, AdjointReport report)
        {
            double size = v.norm().item<double>();
            Tensor u = v.clone();
            if (size == 0) { report.Converged = true; return u; }
            for (int i = 1; i <= options.MaxAdjointIterations; i++)
            {
                Tensor pulled = autograd.grad([image], [leaf], [u], retain_graph: true)[0];
                Tensor residual = v + pulled - u;
                (report.Iterations, report.Residual) = (i, residual.norm().item<double>() / size);
                if (report.Residual <= options.AdjointTolerance) { report.Converged = true; return u; }
                if (!double.IsFinite(report.Residual) || report.Residual > 1e3) break;
                u = u + options.Damping * residual;
            }
            return report.Residual < 1e-2 ? u : v.clone();
        }
    }
}
