using System.Runtime.CompilerServices;
using TorchSharp;
using static Svae.Workbench.MessagePassing.PaddedRow;
using static Svae.Workbench.MessagePassing.RowArithmetic;
using static Svae.Workbench.MessagePassing.RowProduct;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// The chain's potentials averaged over q(z) on the CPU, one sequence at a time in memory that stays in a core's cache. Frame t is the
/// earlier one of the pair whose state is z_{t+1} and the later one of that of z_t, so what stands at it is one product of
/// <c>[γ_t, γ_{t+1}]</c>, overlapping rows of γ, with the blocks of both roles. γ_1 belongs to no pair.
/// </summary>
internal sealed unsafe class FusedStateAverage : autograd.MultiTensorFunction<FusedStateAverage>
{
    public override string Name => nameof(FusedStateAverage);

    /// <param name="gamma">State marginals, [B, T, K].</param>
    /// <param name="blocks">Each state's blocks end to end, [K, 3n² + 2n]: J22, g2, J11, g1, J12.</param>
    /// <param name="Jn">Node precisions, diagonal [B, T, n] or dense [B, T, n, n].</param>
    /// <param name="hn">Node linear terms, [B, T, n].</param>
    /// <param name="phase">Says when the gradients of all but γ are not wanted; null when they always are.</param>
    /// <returns>Node precisions with all that stands on the diagonal [B, T, n, n], node linear terms [B, T, n], couplings [B, T − 1, n, n].</returns>
    public static (Tensor Node, Tensor Linear, Tensor Coupling) Of(Tensor gamma, Tensor blocks, Tensor Jn, Tensor hn, AdjointPhase? phase)
    {
        using var scope = NewDisposeScope(); // around the whole call: what forward saves has to outlive forward
        List<Tensor> outputs = apply(gamma, blocks, Jn, hn, phase!);
        return (outputs[0].MoveToOuterDisposeScope(), outputs[1].MoveToOuterDisposeScope(), outputs[2].MoveToOuterDisposeScope());
    }

    public override List<Tensor> forward(autograd.AutogradContext context, params object[] vars)
    {
        using var plain = no_grad();
        Tensor gamma = ((Tensor)vars[0]).contiguous(), blocks = (Tensor)vars[1], Jn = ((Tensor)vars[2]).contiguous(), hn = ((Tensor)vars[3]).contiguous();
        int B = (int)hn.shape[0], T = (int)hn.shape[1], n = (int)hn.shape[2], K = (int)gamma.shape[2], square = n * n, role = square + n, workers = Native.Workers(B);
        int atFrame = Padded(role), atPair = Padded(square);
        bool dense = NodeMoments.AreDense(Jn, hn);
        Tensor roles = WithWidth(cat([blocks.narrow(1, 0, role), blocks.narrow(1, role, role)]), atFrame), couplings = WithWidth(blocks.narrow(1, 2 * role, square), atPair);
        Tensor node = empty([B, T, n, n], ScalarType.Float64), linear = empty([B, T, n], ScalarType.Float64), coupling = empty([B, T - 1, n, n], ScalarType.Float64);
        Tensor scratch = empty([workers, (T + 1) * K + (long)T * atFrame], ScalarType.Float64);
        double* g = Native.Doubles(gamma), R = Native.Doubles(roles), C = Native.Doubles(couplings), s = Native.Doubles(scratch), j = Native.Doubles(Jn), h = Native.Doubles(hn);
        double* toNode = Native.Doubles(node), toLinear = Native.Doubles(linear), toCoupling = T > 1 ? Native.Doubles(coupling) : null;
        WorkerTeam.Shared.Run(B, workers, (worker, b) =>
        {
            double* states = s + worker * scratch.stride(0), products = states + (T + 1) * K;
            Fill(states, K, 0);
            Copy(g + (b * T + 1L) * K, states + K, (T - 1) * K);
            Fill(states + (long)T * K, K, 0);
            Multiply(new Left(states, K, 1), R, atFrame, products, atFrame, T, 2 * K, atFrame, fresh: true);
            AddNodes(products, atFrame, j + (long)b * T * (dense ? square : n), dense, h + (long)b * T * n, toNode + (long)b * T * square, toLinear + (long)b * T * n, T, n);
            Multiply(new Left(states + K, K, 1), C, atPair, products, atPair, T - 1, K, atPair, fresh: true);
            for (int t = 0; t < T - 1; t++) Copy(products + (long)t * atPair, toCoupling + ((long)b * (T - 1) + t) * square, square);
        });
        context.set_materialize_grads(false);
        context.save_for_backward([gamma, blocks]);
        context.save_data("size", (B, T, n, dense));
        context.save_data("phase", vars[4]);
        return [node, linear, coupling];
    }

    public override List<Tensor> backward(autograd.AutogradContext context, List<Tensor> gradients)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        List<Tensor> saved = context.get_saved_variables();
        var (gamma, blocks) = (saved[0], saved[1]);
        var (B, T, n, dense) = ((int, int, int, bool))context.get_data("size");
        Tensor Outer(int i, params long[] shape) => gradients[i] is { IsInvalid: false } defined ? defined.contiguous() : zeros(shape, ScalarType.Float64);
        Tensor node = Outer(0, B, T, n, n), linear = Outer(1, B, T, n), coupling = Outer(2, B, T - 1, n, n);
        bool pointOnly = context.get_data("phase") is AdjointPhase { PointOnly: true };
        var (toGamma, toBlocks) = ToStates(gamma, blocks, node, linear, coupling, pointOnly);
        Tensor? toJn = pointOnly ? null : dense ? node.clone() : node.diagonal(0, 2, 3).contiguous(), tohn = pointOnly ? null : linear.clone();
        return [.. new[] { toGamma, toBlocks, toJn, tohn }.Select(gradient => gradient?.MoveToOuterDisposeScope()!), null!];
    }

    /// <summary>
    /// Rows [∂ at frame t, ∂ of the pair (t, t+1)] lie end to end, so that all that γ_{t+1} reaches, row t and frame t + 1, is contiguous.
    /// </summary>
    private static (Tensor Gamma, Tensor? Blocks) ToStates(Tensor gamma, Tensor blocks, Tensor node, Tensor linear, Tensor coupling, bool pointOnly)
    {
        int B = (int)linear.shape[0], T = (int)linear.shape[1], n = (int)linear.shape[2], K = (int)gamma.shape[2], width = Padded(K), parts = Native.Workers(B);
        int square = n * n, role = square + n, row = role + square, all = row + role;
        Tensor columns = WithWidth(cat([blocks.narrow(1, role, role), blocks.narrow(1, 2 * role, square), blocks.narrow(1, 0, role)], 1).t(), width);
        Tensor toGamma = empty([B, T, K], ScalarType.Float64), scratch = empty([parts, (long)T * (row + width)], ScalarType.Float64);
        Tensor sums = zeros([parts, all, width], ScalarType.Float64), padded = WithWidth(gamma, width);
        double* W = Native.Doubles(columns), s = Native.Doubles(scratch), to = Native.Doubles(toGamma), sum = Native.Doubles(sums), states = Native.Doubles(padded);
        double* N = Native.Doubles(node), L = Native.Doubles(linear), C = T > 1 ? Native.Doubles(coupling) : null;
        WorkerTeam.Shared.RunInParts(B, parts, (part, b) =>
        {
            double* rows = s + (long)part * T * (row + width), products = rows + (long)T * row, own = to + (long)b * T * K;
            for (int t = 0; t < T; t++)
            {
                double* at = rows + (long)t * row;
                long frame = (long)b * T + t;
                Copy(N + frame * square, at, square);
                Copy(L + frame * n, at + square, n);
                if (t < T - 1) Copy(C + (frame - b) * square, at + role, square);
            }
            Multiply(new Left(rows, row, 1), W, width, products, width, T - 1, all, width, fresh: true);
            Fill(own, K, 0);
            for (int t = 1; t < T; t++) Copy(products + (t - 1L) * width, own + (long)t * K, K);
            if (!pointOnly) AddOuterProducts(rows, row, states + (b * T + 1L) * width, width, T - 1, all, sum + (long)part * all * width);
        });
        if (pointOnly) return (toGamma, null);
        Tensor total = sums.sum(dim: 0).narrow(1, 0, K).t();
        return (toGamma, cat([total.narrow(1, row, role), total.narrow(1, 0, row)], 1));
    }

    /// <summary>sum += Σ_t row_t state_tᵀ over overlapping rows.</summary>
    private static void AddOuterProducts(double* rows, int row, double* states, int width, int count, int all, double* sum)
    {
        const int block = 64; // rows that stay in the cache while they are read column by column
        for (int t = 0; t < count; t += block)
            Multiply(new Left(rows + (long)t * row, 1, row), states + (long)t * width, width, sum, width, all, Math.Min(block, count - t), width, fresh: false);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddNodes(double* products, int stride, double* Jn, bool dense, double* hn, double* node, double* linear, int T, int n)
    {
        int square = n * n;
        for (int t = 0; t < T; t++, products += stride, Jn += dense ? square : n, hn += n, node += square, linear += n)
        {
            if (dense) AddScaled(products, 1, Jn, node, square);
            else
            {
                Copy(products, node, square);
                for (int i = 0; i < n; i++) node[i * (n + 1)] += Jn[i];
            }
            AddScaled(hn, 1, products + square, linear, n);
        }
    }

    private static Tensor WithWidth(Tensor value, int width) =>
        value.shape[^1] == width ? value.contiguous() : nn.functional.pad(value, [0, width - value.shape[^1]]).contiguous();
}
