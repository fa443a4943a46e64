using Svae.Workbench.MessagePassing.Fused;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary><see cref="PathAverage"/> of a batch as one differentiable operation on the CPU.</summary>
internal sealed unsafe class FusedPathAverage : autograd.MultiTensorFunction<FusedPathAverage>
{
    private const int Moments = 3;

    public override string Name => nameof(FusedPathAverage);

    /// <param name="mean">E x_t, shape [B, T, n].</param>
    /// <param name="covariance">Cov x_t, shape [B, T, n, n], symmetric.</param>
    /// <param name="cross">Cov(x_t, x_{t+1}), shape [B, T − 1, n, n].</param>
    /// <param name="weights">As of <see cref="SldsPotentials.PathWeights"/>.</param>
    /// <param name="constants">Of the first frame and of all others, [2, K].</param>
    /// <returns>Evidence, [B, T, K].</returns>
    public static Tensor Of(Tensor mean, Tensor covariance, Tensor cross, Tensor weights, Tensor constants)
    {
        using var scope = NewDisposeScope(); // around the whole call: what forward saves has to outlive forward
        return apply(mean, covariance, cross, weights, constants)[0].MoveToOuterDisposeScope();
    }

    public override List<Tensor> forward(autograd.AutogradContext context, params object[] vars)
    {
        using var plain = no_grad();
        Tensor[] inputs = [.. vars.Take(Moments).Cast<Tensor>().Select(value => value.contiguous())];
        int B = (int)inputs[0].shape[0], T = (int)inputs[0].shape[1], n = (int)inputs[0].shape[2], K = (int)((Tensor)vars[4]).shape[1], workers = Native.Workers(B);
        IReadOnlyList<Tensor> tables = PathAverage.Tables((Tensor)vars[3], (Tensor)vars[4], n);
        var kernel = new PathAverage(tables, T, n, K);
        var moments = PathMoments.Of(inputs[0], inputs[1], inputs[2]);
        Tensor evidence = empty([B, T, K], ScalarType.Float64), scratch = empty([workers, kernel.ForwardScratch], ScalarType.Float64);
        double* to = Native.Doubles(evidence), s = Native.Doubles(scratch);
        WorkerTeam.Shared.Run(B, workers, (worker, b) => kernel.Forward(moments[b], to + (long)b * T * K, s + worker * kernel.ForwardScratch));
        context.save_for_backward([.. inputs, .. tables]);
        return [evidence];
    }

    public override List<Tensor> backward(autograd.AutogradContext context, List<Tensor> gradients)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        List<Tensor> saved = context.get_saved_variables();
        Tensor outer = PaddedRow.WholeVectors(gradients[0]);
        int B = (int)outer.shape[0], T = (int)outer.shape[1], n = (int)saved[0].shape[2], K = (int)gradients[0].shape[2], width = (int)outer.shape[2];
        int parts = Math.Min(B, WorkerTeam.Parts), workers = Native.Workers(parts), rows = PathAverage.WeightRows(n);
        var kernel = new PathAverage([.. saved.Skip(Moments)], T, n, K);
        Tensor[] toMoments = [.. saved.Take(Moments).Select(value => empty_like(value))];
        PathMoments moments = PathMoments.Of(saved[0], saved[1], saved[2]), to = PathMoments.Of(toMoments[0], toMoments[1], toMoments[2]);
        Tensor sums = zeros([parts, rows, width], ScalarType.Float64), scratch = empty([workers, kernel.AdjointScratch], ScalarType.Float64);
        double* g = Native.Doubles(outer), sum = Native.Doubles(sums), s = Native.Doubles(scratch);
        WorkerTeam.Shared.RunInParts(B, parts, workers, (worker, part, b) =>
        {
            double* own = s + worker * kernel.AdjointScratch, bar = g + (long)b * T * width;
            kernel.Adjoint(moments[b], bar, width, to[b], own);
            kernel.AddOuterProducts(moments[b], bar, sum + (long)part * rows * width, own);
        });
        Tensor constants = stack([gradients[0].select(1, 0).sum(dim: 0), gradients[0].narrow(1, 1, T - 1).sum([0, 1])]);
        return [.. toMoments.Append(sums.sum(dim: 0).narrow(1, 0, K)).Append(constants).Select(gradient => gradient.MoveToOuterDisposeScope())];
    }
}
