using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// The mixture's mean field as an autograd function: (J, h, c, log π, Jn, hn, call) → (γ, r, surrogate, −KL, mean, covariance, samples).
/// </summary>
internal sealed unsafe class MixtureFunction : autograd.MultiTensorFunction<MixtureFunction>
{
    private const int Inputs = 6;

    /// <summary>Tensors that are saved before the trail of γ.</summary>
    private const int Fixed = 3;

    public override string Name => nameof(MixtureFunction);

    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var plain = no_grad();
        ctx.set_materialize_grads(false);
        Tensor[] inputs = [.. vars.Take(Inputs).Cast<Tensor>()];
        var call = (MixtureCall)vars[Inputs];
        call.Width = FusedGaussianChain.Width((int)inputs[5].shape[0]);
        return call.Width switch
        {
            8 => Forward<Vector512<double>, Lanes8>(ctx, inputs, call),
            4 => Forward<Vector256<double>, Lanes4>(ctx, inputs, call),
            _ => Forward<double, Lanes1>(ctx, inputs, call),
        };
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> outer)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var call = (MixtureCall)ctx.get_data("call");
        Tensor?[] gradients = [.. outer.Select(Native.Defined)];
        IReadOnlyList<Tensor?> inner = call.Width switch
        {
            8 => Backward<Vector512<double>, Lanes8>(ctx, gradients, call),
            4 => Backward<Vector256<double>, Lanes4>(ctx, gradients, call),
            _ => Backward<double, Lanes1>(ctx, gradients, call),
        };
        return [.. inner.Select(gradient => gradient?.MoveToOuterDisposeScope()!), null!];
    }

    private static List<Tensor> Forward<V, M>(autograd.AutogradContext ctx, Tensor[] inputs, MixtureCall call) where V : struct where M : struct, ILanes<V>
    {
        var potentials = new MixturePotentials(inputs[0], inputs[1], inputs[2], inputs[3]);
        Tensor Jn = inputs[4], hn = inputs[5];
        var size = new MixtureSize((int)hn.shape[0], (int)potentials.Components, (int)potentials.Dimension, (int)(call.Noise?.shape[0] ?? 0));
        Tensor table = MixtureTable.Of(potentials, out bool sound), nodes = PointLanes<V, M>.Nodes(Jn, hn, out bool symmetric);
        sound &= Native.AllFinite(potentials.LogWeights);
        Tensor priors = PointLanes<V, M>.Priors(potentials.LogWeights, call.Labels, size.N);
        Tensor? noise = call.Noise?.contiguous();
        List<Tensor> outputs = MixtureOutputs.Room(size);
        using var batch = new MixtureBatch<V, M>(size, table, nodes, priors);

        IReadOnlyList<Tensor> trail = Solve(batch, size.N, call);
        batch.Evaluate(trail[^1], noise is null ? null : Native.Doubles(noise), new MixtureOutputs(outputs));
        if (batch.FailedPoint >= 0) call.Failure ??= NotPositiveDefinite(batch.FailedPoint);
        if (!Native.AllFinite(outputs[3]) || !Native.AllFinite(outputs[^1]))
            call.Failure ??= new ArgumentException("potentials: every entry is finite, but a bound or a sample is not: their scale is beyond double precision");
        call.Sound = sound && symmetric && call.Failure is null;
        if (call.Route is null) return outputs;
        ctx.save_for_backward([table, nodes, priors, .. trail, .. noise is null ? Array.Empty<Tensor>() : [noise]]);
        ctx.save_data("call", call);
        ctx.save_data("size", size);
        ctx.save_data("wanted", (inputs[..4].Any(input => input.requires_grad), Jn.requires_grad || hn.requires_grad, NodeMoments.AreDense(Jn, hn)));
        return outputs;
    }

    private static IReadOnlyList<Tensor?> Backward<V, M>(autograd.AutogradContext ctx, Tensor?[] outer, MixtureCall call) where V : struct where M : struct, ILanes<V>
    {
        List<Tensor> saved = ctx.get_saved_variables();
        var size = (MixtureSize)ctx.get_data("size");
        var (wantsComponents, wantsNodes, dense) = ((bool, bool, bool))ctx.get_data("wanted");
        Tensor? noise = size.S > 0 ? saved[^1] : null;
        using var batch = new MixtureBatch<V, M>(size, saved[0], saved[1], saved[2]);
        var sums = new MixtureSums<V, M>(size, batch.Parts, wantsComponents, wantsNodes);
        batch.Backward(saved[Fixed..(saved.Count - (noise is null ? 0 : 1))], noise is null ? null : Native.Doubles(noise), new MixtureOutputs(outer), sums,
            call.Route == FixedPointGradient.Implicit ? call.Options : null, call.Report!.Adjoint);
        return [.. sums.Components(), .. sums.Nodes(dense)];
    }

    /// <summary>
    /// Iterates as <see cref="FixedPoint"/> does. Returns γ before each sweep that the gradient is to go through, the last one being that of the
    /// evaluation.
    /// </summary>
    private static IReadOnlyList<Tensor> Solve<V, M>(MixtureBatch<V, M> batch, int points, MixtureCall call) where V : struct where M : struct, ILanes<V>
    {
        var trace = new SweepTrace(call.Options);
        double[] last = new double[points], next = new double[points], gains = [];
        List<Tensor> trail = [batch.Start(call.Start)];
        void Sweep(bool keep, double* each)
        {
            Tensor from = trail[^1], to = keep ? batch.Room() : from;
            batch.Sweep(from, to, each);
            if (keep) trail.Add(to);
        }
        while (trace.GoesOn && call.Failure is null)
        {
            fixed (double* each = next) Sweep(call.Route == FixedPointGradient.Unrolled, each);
            if (!trace.Add(next.Sum()))
                call.Failure = batch.FailedPoint >= 0 ? NotPositiveDefinite(batch.FailedPoint) : new ArithmeticException(
                    $"mean field: the surrogate of point {Array.FindIndex(next, value => !double.IsFinite(value))} is not finite after sweep {trace.Sweeps}; check the potentials' scale");
            if (trace.Sweeps > 1)
            {
                gains = [.. next.Zip(last, (after, before) => after - before)];
                trace.Compare(gains.Max(Math.Abs), gains.Min());
            }
            (last, next) = (next, last);
        }
        for (int i = 0; call.Route == FixedPointGradient.Truncated && i < call.Options.TruncatedSweeps; i++) Sweep(keep: true, null);
        call.Report = trace.Report([.. gains.Select(Math.Abs)]);
        return trail;
    }

    private static ArgumentException NotPositiveDefinite(int point) =>
        new($"Jn[{point}] + Σ_k γ[{point}, k] J[k]: the precision of point {point} is not positive definite; check Jn there");
}
