using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Solves u = v + Jᵀu for a batch of independent sequences by Richardson iteration, u ← u + damping · r with r = v + Jᵀu − u, combined
/// with earlier iterations when there is a memory (Anderson 1965; Walker and Ni 2011): the step is corrected by the combination of past
/// steps whose residual changes best cancel r.
/// </summary>
internal static class Richardson
{
    /// <param name="product">w ↦ Jᵀw, shape [B, ...].</param>
    /// <param name="v">The right-hand side, shape [B, ...]; also the first iterate, the one-step gradient.</param>
    /// <param name="options">Step, memory and tolerance.</param>
    /// <param name="report">Receives iterations and residual.</param>
    /// <returns>u; where it did not get close, v.</returns>
    public static Tensor Solve(Func<Tensor, Tensor> product, Tensor v, FixedPointOptions options, AdjointReport report)
    {
        Tensor size = v.flatten(1).norm(1).clamp_min(1e-300), u = v;
        var (steps, changes) = (new List<Tensor>(), new List<Tensor>());
        Tensor? residual = null;
        for (int i = 1; ; i++)
        {
            Tensor next = (v + product(u) - u).flatten(1);
            Tensor relative = next.norm(1) / size;
            double largest = relative.max().item<double>();
            (report.Iterations, report.Residual, report.Converged) = (i, largest, largest <= options.AdjointTolerance);
            if (report.Converged) return u;
            if (i >= options.MaxAdjointIterations || !double.IsFinite(largest))
            {
                Tensor close = relative <= AdjointReport.FallbackResidual;
                report.FellBack = (int)close.logical_not().sum().item<long>();
                return where(close.reshape([-1, .. Enumerable.Repeat(1L, (int)v.dim() - 1)]), u, v);
            }
            if (residual is not null && options.AdjointMemory > 0) changes.Add(next - residual);
            if (changes.Count > options.AdjointMemory) { changes.RemoveAt(0); steps.RemoveAt(0); }
            Tensor step = Step(next, steps, changes, options.Damping);
            if (options.AdjointMemory > 0) steps.Add(step);
            residual = next;
            u = u + step.reshape(v.shape);
        }
    }

    /// <summary>damping · r, corrected by past steps ΔU and residual changes ΔR: d·(r − ΔR c) − ΔU c with c = argmin ‖r − ΔR c‖.</summary>
    private static Tensor Step(Tensor r, List<Tensor> steps, List<Tensor> changes, double damping)
    {
        if (changes.Count == 0) return damping * r;
        Tensor R = stack(changes, 1), U = stack(steps, 1);                                // [B, m, P]
        Tensor scale = R.norm(2, keepdim: true).clamp_min(1e-300).reciprocal();
        (R, U) = (R * scale, U * scale);
        Tensor gram = R.matmul(R.mT) + 1e-13 * eye(changes.Count, dtype: r.dtype, device: r.device);
        Tensor c = linalg.solve(gram, R.matmul(r.unsqueeze(2)));                          // [B, m, 1]
        return damping * (r - R.mT.matmul(c).squeeze(2)) - U.mT.matmul(c).squeeze(2);
    }
}
