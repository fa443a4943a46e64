using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// The Gaussian chain as one C# kernel on the CPU: batches are cut into groups of sequences that go through the recursions side by side in
/// vector registers, and groups are shared among torch's threads.
/// </summary>
internal static class FusedGaussianChain
{
    public static ChainPosterior Infer(ChainPotentials p, Tensor? lengths, Tensor? noise)
    {
        using var scope = NewDisposeScope();
        var call = new ChainCall(lengths?.cpu().data<long>().Select(length => (int)length).ToArray(), noise);
        List<Tensor> outputs = ChainFunction.apply(p.J0, p.h0, p.J11, p.J12, p.J22, p.Jn, p.hn, call);
        call.Outputs!.ForEach(unwrapped => unwrapped.Dispose());
        if (call.Failure is { } failure)
        {
            ChainInput.Require(p, lengths, noise);
            throw failure;
        }
        return ChainPosterior.From([.. outputs.Select(output => output.MoveToOuterDisposeScope())]);
    }

    /// <summary>Sequences side by side: as many as a register holds, unless that would leave threads idle or lanes empty.</summary>
    public static int Width(int batch) =>
        Vector512.IsHardwareAccelerated && batch > 4 * get_num_threads() ? 8 : Vector256.IsHardwareAccelerated && batch > 1 ? 4 : 1;

    /// <summary>Runs the work of each group, on as many threads as torch uses.</summary>
    public static void ForEachGroup(int groups, Action<int> work)
    {
        int threads = Math.Min(groups, get_num_threads());
        if (threads <= 1) for (int g = 0; g < groups; g++) work(g);
        else System.Threading.Tasks.Parallel.For(0, groups, new ParallelOptions { MaxDegreeOfParallelism = threads }, work);
    }
}

/// <summary>What travels with a call besides the potentials.</summary>
internal sealed class ChainCall(int[]? lengths, Tensor? noise)
{
    public int[]? Lengths { get; } = lengths;

    public Tensor? Noise { get; } = noise;

    /// <summary>The output tensors as made by the kernel, before autograd wrapped them.</summary>
    public List<Tensor>? Outputs { get; set; }

    /// <summary>What to throw, unless the potentials hold a better reason.</summary>
    public Exception? Failure { get; set; }
}

/// <summary>The kernel as an autograd function.</summary>
internal sealed unsafe class ChainFunction : autograd.MultiTensorFunction<ChainFunction>
{
    public override string Name => nameof(ChainFunction);

    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.set_materialize_grads(false);
        var call = (ChainCall)vars[7];
        var potentials = new ChainPotentials((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3], (Tensor)vars[4], (Tensor)vars[5], (Tensor)vars[6]);
        var batch = new ChainBatch(potentials, call.Lengths, call.Noise);
        var outputs = new ChainOutputs(batch);
        int width = FusedGaussianChain.Width(batch.B), groups = (batch.B + width - 1) / width, paths = 1 + batch.S;
        Tensor memory = empty([groups * (long)batch.T * ChainTape.StepEntries(batch.n, paths) * width], ScalarType.Float64);
        var tape = new ChainTape((double*)StridedView.Address(memory), batch.T, batch.n, paths, width);

        int[] failedAt = new int[groups];
        FusedGaussianChain.ForEachGroup(groups, g =>
        {
            failedAt[g] = width switch
            {
                8 => Forward<Vector512<double>, Lanes8>(batch, outputs, tape, g, call),
                4 => Forward<Vector256<double>, Lanes4>(batch, outputs, tape, g, call),
                _ => Forward<double, Lanes1>(batch, outputs, tape, g, call),
            };
        });
        call.Outputs = outputs.All;
        for (int g = 0; g < groups && call.Failure is null; g++)
            if (failedAt[g] >= 0) call.Failure = CholeskyChain.NotPositiveDefinite(g, failedAt[g]);

        ctx.save_for_backward([memory, .. potentials.Named.Select(named => named.Value), .. call.Noise is null ? Array.Empty<Tensor>() : [call.Noise]]);
        ctx.save_data("call", call);
        ctx.save_data("width", width);
        return outputs.All;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> outer)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var call = (ChainCall)ctx.get_data("call");
        int width = (int)ctx.get_data("width");
        List<Tensor> saved = ctx.get_saved_variables();
        var potentials = new ChainPotentials(saved[1], saved[2], saved[3], saved[4], saved[5], saved[6], saved[7]);
        var batch = new ChainBatch(potentials, call.Lengths, saved.Count > 8 ? saved[8] : null);
        var outerGradients = new ChainOutputGradients(batch.n, outer[0], outer[1], outer[2], outer[3], outer.Count > 4 ? outer[4] : null);
        int groups = (batch.B + width - 1) / width, paths = 1 + batch.S;
        var gradients = new ChainGradients(batch, [.. saved.Skip(1).Take(7).Select(value => value.requires_grad)], [.. saved.Skip(1).Take(7).Select(value => value.shape)], groups);
        var tape = new ChainTape((double*)StridedView.Address(saved[0]), batch.T, batch.n, paths, width);
        FusedGaussianChain.ForEachGroup(groups, g =>
        {
            switch (width)
            {
                case 8: Backward<Vector512<double>, Lanes8>(batch, outerGradients, gradients, tape, g); break;
                case 4: Backward<Vector256<double>, Lanes4>(batch, outerGradients, gradients, tape, g); break;
                default: Backward<double, Lanes1>(batch, outerGradients, gradients, tape, g); break;
            }
        });
        List<Tensor> all = gradients.Collect();
        all.ForEach(gradient => gradient?.MoveToOuterDisposeScope());
        all.Add(null!);
        return all;
    }

    private static int Forward<V, M>(ChainBatch batch, ChainOutputs outputs, ChainTape tape, int group, ChainCall call) where V : struct where M : struct, ILanes<V>
    {
        using var arena = new LaneArena(M.Width, ChainKernel<V, M>.ForwardEntries(batch.n, 1 + batch.S));
        int failed = ChainKernel<V, M>.Forward(batch, outputs, tape, group, arena, out bool asymmetric);
        if (asymmetric) call.Failure = new ArgumentException("potentials: a square block is not symmetric");
        return failed;
    }

    private static void Backward<V, M>(ChainBatch batch, ChainOutputGradients outer, ChainGradients gradients, ChainTape tape, int group) where V : struct where M : struct, ILanes<V>
    {
        using var arena = new LaneArena(M.Width, ChainKernel<V, M>.BackwardEntries(batch.n, 1 + batch.S, batch.T));
        ChainKernel<V, M>.Backward(batch, outer, gradients, tape, group, arena);
    }
}
