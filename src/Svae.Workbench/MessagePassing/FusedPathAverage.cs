using System.Runtime.CompilerServices;
using TorchSharp;
using static Svae.Workbench.MessagePassing.PaddedRow;
using static Svae.Workbench.MessagePassing.RowArithmetic;
using static Svae.Workbench.MessagePassing.RowProduct;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// r[t, k] = E_q(x)[φ_k(x_{t−1}, x_t)] on the CPU, one sequence at a time in memory that stays in a core's cache. Frame t's statistics and
/// those of the pair (t, t+1) are one row <c>[E x, E xxᵀ's lower triangle, E x_t x_{t+1}ᵀ]</c>; since rows lie end to end, all that state
/// z_{t+1} sees, the row and the next frame, is contiguous, and the evidence is a single product of overlapping rows with the weights.
/// </summary>
internal sealed unsafe class FusedPathAverage : autograd.MultiTensorFunction<FusedPathAverage>
{
    public override string Name => nameof(FusedPathAverage);

    /// <param name="mean">E x_t, shape [B, T, n].</param>
    /// <param name="covariance">Cov x_t, shape [B, T, n, n], symmetric.</param>
    /// <param name="cross">Cov(x_t, x_{t+1}), shape [B, T − 1, n, n].</param>
    /// <param name="weights">Of the earlier frame, the pair and the later frame, [2·(n + n(n+1)/2) + n², K].</param>
    /// <param name="first">Weights of the first frame alone, [n + n(n+1)/2, K].</param>
    /// <param name="constants">Of the first frame and of all others, [2, K].</param>
    /// <param name="phase">Says when the weights' gradients are not wanted; null when they always are.</param>
    /// <returns>Evidence, [B, T, K].</returns>
    public static Tensor Of(Tensor mean, Tensor covariance, Tensor cross, Tensor weights, Tensor first, Tensor constants, AdjointPhase? phase)
    {
        using var scope = NewDisposeScope(); // around the whole call: what forward saves has to outlive forward
        return apply(mean, covariance, cross, weights, first, constants, phase!)[0].MoveToOuterDisposeScope();
    }

    public override List<Tensor> forward(autograd.AutogradContext context, params object[] vars)
    {
        using var plain = no_grad();
        Tensor[] inputs = [.. vars.Take(6).Cast<Tensor>().Select(value => value.contiguous())];
        var size = new Sizes(inputs[0], inputs[5]);
        var (B, T, n, K) = size;
        int width = Padded(K), workers = Native.Workers(B);
        Tensor evidence = empty([B, T, K], ScalarType.Float64), scratch = empty([workers, T, size.Row + width], ScalarType.Float64);
        Tensor weights = WithWidth(inputs[3], width), first = WithWidth(inputs[4], width);
        var moments = new Moments(inputs, size);
        double* W = Native.Doubles(weights), F = Native.Doubles(first), c = Native.Doubles(inputs[5]), e = Native.Doubles(evidence), s = Native.Doubles(scratch);
        WorkerTeam.Shared.Run(B, workers, (worker, b) =>
        {
            double* rows = s + (long)worker * T * (size.Row + width), products = rows + (long)T * size.Row, to = e + (long)b * T * K;
            moments.Gather(b, rows);
            Multiply(new Left(rows, size.Row, 1), F, width, products, width, 1, size.Frame, width, fresh: true);
            Multiply(new Left(rows, size.Row, 1), W, width, products + width, width, T - 1, size.Row + size.Frame, width, fresh: true);
            for (int t = 0; t < T; t++, products += width, to += K) AddScaled(products, 1, c + (t > 0 ? K : 0), to, K);
        });
        context.save_for_backward([.. inputs]);
        context.save_data("phase", vars[6]);
        return [evidence];
    }

    public override List<Tensor> backward(autograd.AutogradContext context, List<Tensor> gradients)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        Tensor[] inputs = [.. context.get_saved_variables()];
        var size = new Sizes(inputs[0], inputs[5]);
        Tensor outer = gradients[0].contiguous();
        var (mean, covariance, cross) = ToMoments(inputs, outer, size);
        bool pointOnly = context.get_data("phase") is AdjointPhase { PointOnly: true };
        var (weights, first) = pointOnly ? (null, null) : ToWeights(inputs, outer, size);
        Tensor? constants = pointOnly ? null : stack([outer.select(1, 0).sum(dim: 0), outer.narrow(1, 1, size.T - 1).sum([0, 1])]);
        return [.. new[] { mean, covariance, cross, weights, first, constants }.Select(gradient => gradient?.MoveToOuterDisposeScope()!), null!];
    }

    private static (Tensor Mean, Tensor Covariance, Tensor Cross) ToMoments(Tensor[] inputs, Tensor outer, Sizes size)
    {
        var (B, T, n, K) = size;
        int row = Padded(size.Row), frame = Padded(size.Frame), workers = Native.Workers(B);
        Tensor transposed = inputs[3].t();
        Tensor early = WithWidth(transposed.narrow(1, 0, size.Row), row), late = WithWidth(transposed.narrow(1, size.Row, size.Frame), frame), first = WithWidth(inputs[4].t(), frame);
        Tensor mean = empty_like(inputs[0]), covariance = empty_like(inputs[1]), cross = empty_like(inputs[2]), scratch = empty([workers, T, row], ScalarType.Float64);
        var (moments, to) = (new Moments(inputs, size), new Moments([mean, covariance, cross], size));
        double* E = Native.Doubles(early), L = Native.Doubles(late), F = Native.Doubles(first), outers = Native.Doubles(outer), s = Native.Doubles(scratch);
        WorkerTeam.Shared.Run(B, workers, (worker, b) =>
        {
            double* rows = s + (long)worker * T * row, g = outers + (long)b * T * K;
            Multiply(new Left(g + K, K, 1), E, row, rows, row, T - 1, K, row, fresh: true);
            Fill(rows + (long)(T - 1) * row, row, 0);
            Multiply(new Left(g + K, K, 1), L, frame, rows + row, row, T - 1, K, frame, fresh: false);
            Multiply(new Left(g, K, 1), F, frame, rows, row, 1, K, frame, fresh: false);
            moments.Scatter(b, rows, row, to);
        });
        return (mean, covariance, cross);
    }

    private static (Tensor? Weights, Tensor? First) ToWeights(Tensor[] inputs, Tensor outer, Sizes size)
    {
        var (B, T, n, K) = size;
        const int block = 64; // rows that stay in the cache while they are read column by column
        int width = Padded(K), parts = Native.Workers(B), all = size.Row + size.Frame;
        Tensor padded = WithWidth(outer, width), sums = zeros([parts, all + size.Frame, width], ScalarType.Float64), scratch = empty([parts, T, size.Row], ScalarType.Float64);
        var moments = new Moments(inputs, size);
        double* outers = Native.Doubles(padded), sum = Native.Doubles(sums), s = Native.Doubles(scratch);
        WorkerTeam.Shared.RunInParts(B, parts, (part, b) =>
        {
            double* rows = s + (long)part * T * size.Row, g = outers + (long)b * T * width, to = sum + (long)part * (all + size.Frame) * width;
            moments.Gather(b, rows);
            for (int t = 0; t < T - 1; t += block)
                Multiply(new Left(rows + (long)t * size.Row, 1, size.Row), g + (t + 1) * width, width, to, width, all, Math.Min(block, T - 1 - t), width, fresh: false);
            Multiply(new Left(rows, 1, size.Row), g, width, to + (long)all * width, width, size.Frame, 1, width, fresh: false);
        });
        Tensor total = sums.sum(dim: 0).narrow(1, 0, K);
        return (total.narrow(0, 0, all).contiguous(), total.narrow(0, all, size.Frame).contiguous());
    }

    private static Tensor WithWidth(Tensor value, int width) =>
        value.shape[^1] == width ? value.contiguous() : nn.functional.pad(value, [0, width - value.shape[^1]]).contiguous();

    /// <summary>B, T, n and K, and the numbers in a frame's statistics and in a row: frame and pair.</summary>
    private sealed record Sizes(int B, int T, int n, int K)
    {
        public Sizes(Tensor mean, Tensor constants) : this((int)mean.shape[0], (int)mean.shape[1], (int)mean.shape[2], (int)constants.shape[1]) { }

        public int Frame { get; } = (int)PathStatistics.Width(n);

        public int Row => Frame + n * n;
    }

    /// <summary>Means, covariances and cross-covariances of a batch, or their gradients.</summary>
    private sealed class Moments(Tensor[] tensors, Sizes size)
    {
        private readonly double* mean = Native.Doubles(tensors[0]), covariance = Native.Doubles(tensors[1]);
        private readonly double* cross = tensors[2].numel() == 0 ? null : Native.Doubles(tensors[2]);

        /// <summary>Writes a sequence's rows of statistics, end to end; the last has no pair.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Gather(int sequence, double* row)
        {
            var (_, T, n, _) = size;
            double* m = mean + (long)sequence * T * n, C = covariance + (long)sequence * T * n * n, X = cross + (long)sequence * (T - 1) * n * n;
            for (int t = 0; t < T; t++, m += n)
            {
                for (int i = 0; i < n; i++) *row++ = m[i];
                for (int i = 0; i < n; row += i + 1, i++, C += n) AddScaled(C, m[i], m, row, i + 1);
                if (t == T - 1) break;
                double* next = m + n;
                for (int i = 0; i < n; i++, X += n, row += n) AddScaled(X, m[i], next, row, n);
            }
        }

        /// <summary>The adjoint: x xᵀ hands ∂ to both of its factors, and the covariance's gradient is made symmetric.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Scatter(int sequence, double* rows, int stride, Moments to)
        {
            var (_, T, n, _) = size;
            double* m = mean + (long)sequence * T * n, dm = to.mean + (long)sequence * T * n, dC = to.covariance + (long)sequence * T * n * n;
            double* dX = to.cross + (long)sequence * (T - 1) * n * n;
            for (int i = 0; i < n; i++) dm[i] = 0;
            for (int t = 0; t < T; t++, m += n, dm += n, dC += n * n, rows += stride)
            {
                double* pair = FrameAdjoint(m, rows, dm, dC, n);
                if (t == T - 1) break;
                double* next = m + n, toNext = dm + n;
                for (int j = 0; j < n; j++) toNext[j] = 0;
                for (int i = 0; i < n; i++, pair += n, dX += n)
                {
                    Copy(pair, dX, n);
                    AddScaled(toNext, m[i], pair, toNext, n);
                    dm[i] += Dot(pair, next, n);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static double* FrameAdjoint(double* m, double* frame, double* dm, double* dC, int n)
        {
            for (int i = 0; i < n; i++) dm[i] += *frame++;
            for (int i = 0; i < n; i++)
            {
                double sum = 0;
                for (int j = 0; j < i; j++)
                {
                    double g = *frame++;
                    dC[i * n + j] = dC[j * n + i] = 0.5 * g;
                    sum += g * m[j];
                    dm[j] += g * m[i];
                }
                double diagonal = *frame++;
                dC[i * n + i] = diagonal;
                dm[i] += sum + 2 * diagonal * m[i];
            }
            return frame;
        }
    }
}
