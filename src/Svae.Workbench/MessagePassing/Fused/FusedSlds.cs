using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// The mean field of an SLDS by one C# kernel on the CPU: a sweep is one pass over groups of sequences, which are shared among torch's
/// threads; so is each product with the Jacobian of the implicit gradient. Answers null where the numbers are not exact and finite: messages
/// out of the range of scaled ones, a precision that is not positive definite, potentials that are not what they should be. Another form is to
/// do it then, or to say what is wrong.
/// </summary>
internal sealed class FusedSlds
{
    private readonly SldsInputs inputs;
    private readonly SldsSystem system;
    private readonly SldsMemory room; // of sweeps that no gradient passes
    private readonly ISldsForward sweeps;

    /// <param name="potentials">Per-state potentials.</param>
    /// <param name="Jn">Node precisions, 0 past a sequence's end.</param>
    /// <param name="hn">Node linear terms, 0 past a sequence's end.</param>
    /// <param name="lengths">Frames of each sequence.</param>
    /// <param name="labels">Log-potentials of the states, or null.</param>
    /// <param name="beta">β.</param>
    public FusedSlds(SldsPotentials potentials, Tensor Jn, Tensor hn, long[] lengths, Tensor? labels, double beta)
    {
        inputs = new SldsInputs(potentials.Blocks(), potentials.PathWeights(), potentials.PathConstants(), potentials.LogInitial, potentials.LogTransition, Jn, hn);
        var size = new SldsSize((int)hn.shape[0], (int)hn.shape[1], (int)hn.shape[2], (int)potentials.States, NodeMoments.AreDense(Jn, hn), beta, lengths);
        system = SldsSystem.Of(size, inputs, labels);
        room = SldsMemory.Room(system, samples: 0);
        sweeps = Forward(system, room, noise: null);
    }

    /// <summary>γ with x at these moments.</summary>
    /// <param name="mean">[B, T, n].</param>
    /// <param name="covariance">[B, T, n, n].</param>
    public Tensor? Start(Tensor mean, Tensor covariance)
    {
        Tensor next = empty_like(room.Outputs[0]);
        sweeps.InferStates(mean.contiguous(), covariance.contiguous(), next);
        return Native.AllFinite(room.Outputs[1]) ? next : null;
    }

    /// <summary>γ → γ' and the surrogate, [B]; with a graph while gradients are enabled.</summary>
    public (Tensor Next, Tensor Surrogate)? Sweep(Tensor gamma)
    {
        if (is_grad_enabled()) return Evaluate(gamma, null) is { } outputs ? (outputs[0], outputs[4]) : null;
        Tensor next = empty_like(room.Outputs[0]), surrogate = empty_like(room.Outputs[4]);
        sweeps.Sweep(gamma.contiguous(), next, surrogate, complete: false);
        return Native.AllFinite(surrogate) ? (next, surrogate) : null;
    }

    /// <summary>A sweep with all its outputs, in the order of <see cref="SldsMemory.Outputs"/>.</summary>
    /// <param name="gamma">γ.</param>
    /// <param name="noise">ε of joint samples, or null.</param>
    public IReadOnlyList<Tensor>? Evaluate(Tensor gamma, Tensor? noise) => Apply(gamma, noise, null, null);

    /// <summary>The same at a fixed point, with its gradient by the implicit function theorem.</summary>
    /// <param name="gamma">γ.</param>
    /// <param name="noise">ε of joint samples, or null.</param>
    /// <param name="options">Step, memory and tolerance.</param>
    /// <param name="report">Filled by the backward pass.</param>
    public IReadOnlyList<Tensor>? EvaluateFixedPoint(Tensor gamma, Tensor? noise, FixedPointOptions options, AdjointReport report) =>
        Apply(gamma.detach(), noise, options, report);

    /// <summary>A complete sweep, without gradients.</summary>
    /// <param name="system">What it is of.</param>
    /// <param name="gamma">γ, contiguous.</param>
    /// <param name="noise">ε of joint samples, or null.</param>
    internal static SldsMemory Evaluate(SldsSystem system, Tensor gamma, Tensor? noise)
    {
        SldsMemory room = SldsMemory.Room(system, (int)(noise?.shape[0] ?? 0));
        Forward(system, room, noise).Sweep(gamma, room.Outputs[0], room.Outputs[4], complete: true);
        return room;
    }

    private IReadOnlyList<Tensor>? Apply(Tensor gamma, Tensor? noise, FixedPointOptions? implicitly, AdjointReport? report)
    {
        using var scope = NewDisposeScope(); // around the whole call: what forward saves has to outlive forward
        var call = new SldsFunction.Call(system, noise?.contiguous(), implicitly, report);
        var (blocks, weights, constants, initial, transition, Jn, hn) = inputs;
        List<Tensor> outputs = SldsFunction.apply(gamma, blocks, weights, constants, initial, transition, Jn, hn, call);
        IReadOnlyList<Tensor> unwrapped = call.Memory!.Outputs;
        bool sound = Native.AllFinite(unwrapped[5]) && (noise is null || Native.AllFinite(unwrapped[^1]));
        foreach (Tensor output in unwrapped) output.Dispose();
        return sound ? [.. outputs.Select(output => output.MoveToOuterDisposeScope())] : null;
    }

    private static ISldsForward Forward(SldsSystem system, SldsMemory room, Tensor? noise) => system.Size.Lanes switch
    {
        8 => new SldsForward<Vector512<double>, Lanes8>(system, room, noise),
        4 => new SldsForward<Vector256<double>, Lanes4>(system, room, noise),
        _ => new SldsForward<double, Lanes1>(system, room, noise),
    };
}
