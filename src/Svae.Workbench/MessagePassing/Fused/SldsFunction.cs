using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// A sweep as an autograd function, (γ, the potentials of <see cref="SldsInputs"/>, call) → <see cref="SldsMemory.Outputs"/>; at a fixed point its
/// backward pass solves for the gradient of the point too, so that γ is no input then.
/// </summary>
internal sealed unsafe class SldsFunction : autograd.MultiTensorFunction<SldsFunction>
{
    private const int Inputs = 8;

    /// <summary>What travels with a call besides tensors that have gradients.</summary>
    /// <param name="System">The potentials, laid out.</param>
    /// <param name="Noise">ε, or null.</param>
    /// <param name="Implicit">How the fixed point is differentiated; null for a sweep from a point that has a gradient of its own.</param>
    /// <param name="Report">What that took.</param>
    public sealed record Call(SldsSystem System, Tensor? Noise, FixedPointOptions? Implicit, AdjointReport? Report)
    {
        /// <summary>The memory of the sweep, until autograd has taken its outputs.</summary>
        public SldsMemory? Memory { get; set; }
    }

    /// <summary>What the backward pass has to know.</summary>
    private sealed record Saved(SldsSize Size, int Outputs, int Hidden, bool HasNoise, FixedPointOptions? Implicit, AdjointReport? Report);

    public override string Name => nameof(SldsFunction);

    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var plain = no_grad();
        ctx.set_materialize_grads(false);
        var call = (Call)vars[Inputs];
        Tensor gamma = ((Tensor)vars[0]).detach().contiguous();
        SldsMemory memory = FusedSlds.Evaluate(call.System, gamma, call.Noise);
        call.Memory = memory;
        // Detached outputs share memory with the ones handed out, but hold no reference to the graph.
        ctx.save_for_backward([gamma, .. call.System.Tensors, .. memory.Outputs.Select(output => output.detach()), .. memory.Hidden, .. call.Noise is null ? Array.Empty<Tensor>() : [call.Noise]]);
        ctx.save_data("saved", new Saved(call.System.Size, memory.Outputs.Count, memory.Hidden.Count, call.Noise is not null, call.Implicit, call.Report));
        return [.. memory.Outputs];
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> outer)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var about = (Saved)ctx.get_data("saved");
        List<Tensor> saved = ctx.get_saved_variables();
        int outputs = 1 + SldsSystem.Count, hidden = outputs + about.Outputs;
        var system = new SldsSystem(about.Size, saved[1..outputs]);
        var memory = new SldsMemory(system, saved[outputs..hidden], saved[hidden..(hidden + about.Hidden)]);
        var gradients = new SldsOutputGradients(about.Size, [.. outer]);
        Tensor? noise = about.HasNoise ? saved[^1] : null;
        IReadOnlyList<Tensor?> all = about.Size.Lanes switch
        {
            8 => Backward<Vector512<double>, Lanes8>(system, memory, saved[0], noise, gradients, about),
            4 => Backward<Vector256<double>, Lanes4>(system, memory, saved[0], noise, gradients, about),
            _ => Backward<double, Lanes1>(system, memory, saved[0], noise, gradients, about),
        };
        return [.. all.Select(gradient => gradient?.MoveToOuterDisposeScope()!), null!];
    }

    private static IReadOnlyList<Tensor?> Backward<V, M>(SldsSystem system, SldsMemory memory, Tensor gamma, Tensor? noise, SldsOutputGradients outer, Saved about)
        where V : struct where M : struct, ILanes<V>
    {
        var adjoint = new SldsAdjoint<V, M>(system, memory, gamma, noise);
        var gradients = new SldsGradients(system);
        Tensor point = empty_like(gamma);
        double* toPoint = Native.Doubles(point);
        if (about.Implicit is null)
        {
            adjoint.ForEachGroup((group, arena) => adjoint.Group(group, arena, outer.Marginals, outer, toPoint, gradients));
            return [point, .. gradients.Collect(memory.Messages)];
        }
        Tensor u = SldsImplicitGradient.Solve(adjoint, system.Size, outer, about.Implicit, about.Report!);
        double* marginals = Native.Doubles(u);
        adjoint.ForEachGroup((group, arena) => adjoint.Group(group, arena, marginals, outer, toPoint, gradients));
        return [null, .. gradients.Collect(memory.Messages)];
    }
}
