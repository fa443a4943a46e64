using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>The kernel as an autograd function: (J0, h0, J11, J12, J22, Jn, hn, call) → (log Z, mean, covariance, cross-covariance, samples).</summary>
internal sealed unsafe class ChainFunction : autograd.MultiTensorFunction<ChainFunction>
{
    private const int Inputs = 7;

    public override string Name => nameof(ChainFunction);

    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.set_materialize_grads(false);
        var call = (ChainCall)vars[Inputs];
        Tensor[] inputs = [.. vars.Take(Inputs).Cast<Tensor>()];
        var batch = new ChainBatch(Potentials(inputs), call.Lengths, call.Noise);
        var outputs = ChainOutputs.For(batch);
        int width = FusedGaussianChain.Width(batch.B), groups = (batch.B + width - 1) / width;
        Tensor[] tapes = [.. Enumerable.Range(0, groups).Select(_ => empty([batch.T * ChainTape.StepEntries(batch.n) * width], ScalarType.Float64))];

        switch (width)
        {
            case 8: Forward<Vector512<double>, Lanes8>(batch, outputs, tapes, call); break;
            case 4: Forward<Vector256<double>, Lanes4>(batch, outputs, tapes, call); break;
            default: Forward<double, Lanes1>(batch, outputs, tapes, call); break;
        }
        call.Outputs.AddRange(outputs.All);
        if (call.Save)
        {
            // Detached outputs share memory with the ones handed out, but hold no reference to the graph.
            (call.Width, call.Groups) = (width, groups);
            ctx.save_data("call", call);
            ctx.save_for_backward([.. inputs, .. outputs.All.Select(output => output.detach()), .. tapes, .. call.Noise is null ? Array.Empty<Tensor>() : [call.Noise]]);
        }
        return outputs.All;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> outer)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var call = (ChainCall)ctx.get_data("call");
        List<Tensor> saved = ctx.get_saved_variables();
        Tensor[] inputs = [.. saved.Take(Inputs)];
        int tapes = Inputs + call.OutputCount;
        var batch = new ChainBatch(Potentials(inputs), call.Lengths, saved.Count > tapes + call.Groups ? saved[^1] : null);
        var outputs = new ChainOutputs(saved[Inputs..tapes]);
        var outerGradients = new ChainOutputGradients(batch.n, outer);
        var gradients = new ChainGradients(batch, inputs, call.Groups);

        switch (call.Width)
        {
            case 8: Backward<Vector512<double>, Lanes8>(batch, outputs, outerGradients, gradients, saved[tapes..(tapes + call.Groups)]); break;
            case 4: Backward<Vector256<double>, Lanes4>(batch, outputs, outerGradients, gradients, saved[tapes..(tapes + call.Groups)]); break;
            default: Backward<double, Lanes1>(batch, outputs, outerGradients, gradients, saved[tapes..(tapes + call.Groups)]); break;
        }
        List<Tensor> all = gradients.Collect();
        all.ForEach(gradient => gradient?.MoveToOuterDisposeScope());
        all.Add(null!);
        return all;
    }

    private static ChainPotentials Potentials(Tensor[] t) => new(t[0], t[1], t[2], t[3], t[4], t[5], t[6]);

    private static ChainTape Tape<V, M>(ChainBatch batch, Tensor memory) where V : struct where M : struct, ILanes<V> =>
        new((double*)StridedView.Address(memory), batch.n, M.Width);

    private static void Forward<V, M>(ChainBatch batch, ChainOutputs outputs, IReadOnlyList<Tensor> tapes, ChainCall call)
        where V : struct where M : struct, ILanes<V> =>
        FusedGaussianChain.ForEachGroup(tapes.Count, M.Width, ChainKernel<V, M>.ForwardEntries(batch.n, 1 + batch.S), (group, arena) =>
        {
            var kernel = new ChainKernel<V, M>(batch, group, Tape<V, M>(batch, tapes[group]), arena);
            int failedStep = kernel.Forward(outputs);
            call.Report(failedStep < 0 ? -1 : kernel.FailedSequence(failedStep), failedStep, kernel.FoundAsymmetry);
        });

    private static void Backward<V, M>(ChainBatch batch, ChainOutputs outputs, ChainOutputGradients outer, ChainGradients gradients, IReadOnlyList<Tensor> tapes)
        where V : struct where M : struct, ILanes<V> =>
        FusedGaussianChain.ForEachGroup(tapes.Count, M.Width, ChainKernel<V, M>.BackwardEntries(batch.n, 1 + batch.S, batch.T), (group, arena) =>
        {
            var kernel = new ChainKernel<V, M>(batch, group, Tape<V, M>(batch, tapes[group]), arena);
            var lanes = new ChainGradientLanes<V, M>(batch, gradients, kernel.Group, arena);
            kernel.Backward(outputs, outer, lanes);
            lanes.Finish(group);
        });
}
