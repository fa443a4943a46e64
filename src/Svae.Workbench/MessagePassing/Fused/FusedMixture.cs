using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// The mixture's mean field as one C# kernel on the CPU: all sweeps, the evaluation and the gradient by any of the three routes. Points go
/// side by side in vector registers, groups of them are shared among torch's threads where that pays.
/// </summary>
internal static class FusedMixture
{
    public static MixtureMeanFieldPosterior Infer(
        MixturePotentials p, Tensor Jn, Tensor hn, Tensor? noise, Tensor? start, Tensor? labels, FixedPointOptions options, bool differentiable)
    {
        if (hn.device_type != DeviceType.CPU) throw new ArgumentException($"form: Fused runs on the CPU, but the potentials are on {hn.device}; choose Parallel");
        options.Require();
        using var scope = NewDisposeScope(); // around the whole call: what forward saves has to outlive forward
        var call = new MixtureCall(start, labels, noise, options, differentiable && is_grad_enabled() ? options.Gradient : null);
        List<Tensor> outputs = MixtureFunction.apply(p.J, p.h, p.c, p.LogWeights, Jn, hn, call);
        if (!call.Sound)
        {
            // A bad potential shows in the result; only then is it searched for.
            p.Require();
            NodeMoments.RequireFinite(Jn, hn);
            if (NodeMoments.AreDense(Jn, hn)) ChainInput.RequireSymmetric(Jn, "Jn");
            if (noise is not null) Guard.Finite(noise, "noise");
            throw call.Failure!;
        }
        Tensor[] all = [.. outputs.Select(output => output.MoveToOuterDisposeScope())];
        return new MixtureMeanFieldPosterior(all[0], all[4], all[5], all.Length > 6 ? all[6] : null, all[1], all[2], all[3], call.Report!);
    }
}

/// <summary>What travels with a call besides the potentials.</summary>
/// <param name="Start">γ to start from, or null.</param>
/// <param name="Labels">Log-potentials of the components, or null.</param>
/// <param name="Noise">Standard normal draws, or null.</param>
/// <param name="Options">Stopping rule.</param>
/// <param name="Route">How gradients pass the fixed point; null when there are none.</param>
internal sealed record MixtureCall(Tensor? Start, Tensor? Labels, Tensor? Noise, FixedPointOptions Options, FixedPointGradient? Route)
{
    /// <summary>Points side by side.</summary>
    public int Width { get; set; }

    public FixedPointReport? Report { get; set; }

    /// <summary>Are potentials and results what they should be?</summary>
    public bool Sound { get; set; } = true;

    /// <summary>What to say of an unsound result if no input explains it.</summary>
    public Exception? Failure { get; set; }
}
