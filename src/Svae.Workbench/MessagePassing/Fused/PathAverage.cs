using System.Runtime.CompilerServices;
using TorchSharp;
using static Svae.Workbench.MessagePassing.PaddedRow;
using static Svae.Workbench.MessagePassing.RowArithmetic;
using static Svae.Workbench.MessagePassing.RowProduct;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// A sequence's evidence r[t, k] = E_q(x)[φ_k(x_{t−1}, x_t)], and the adjoint. Frame t's statistics and those of the pair (t, t+1) are one
/// row <c>[E x, E xxᵀ's lower triangle, E x_t x_{t+1}ᵀ]</c>; since rows lie end to end, all that state z_{t+1} sees, the row and the next
/// frame, is contiguous, and the evidence is a single product of overlapping rows with the weights.
/// </summary>
/// <param name="tables">From <see cref="Tables"/>.</param>
/// <param name="T">Frames.</param>
/// <param name="n">Latent dimension.</param>
/// <param name="K">States.</param>
internal sealed unsafe class PathAverage(IReadOnlyList<Tensor> tables, int T, int n, int K)
{
    private readonly double* weights = Native.Doubles(tables[0]), first = Native.Doubles(tables[1]), constants = Native.Doubles(tables[2]);
    private readonly double* toRow = Native.Doubles(tables[3]), toLater = Native.Doubles(tables[4]), toFirst = Native.Doubles(tables[5]);
    private readonly int frame = FrameEntries(n), row = FrameEntries(n) + n * n, width = Padded(K);

    /// <summary>How many tensors <see cref="Tables"/> makes.</summary>
    public const int TableCount = 6;

    private static int FrameEntries(int n) => (int)PathStatistics.Width(n);

    /// <summary>Rows of <see cref="SldsPotentials.PathWeights"/>, and of what <see cref="AddOuterProducts"/> sums: earlier frame, pair, later frame, first frame.</summary>
    public static int WeightRows(int n) => 3 * FrameEntries(n) + n * n;

    /// <summary>Scratch that <see cref="Forward"/> needs.</summary>
    public long ForwardScratch => (long)T * (row + width);

    /// <summary>Scratch that <see cref="Adjoint"/> and <see cref="AddOuterProducts"/> need.</summary>
    public long AdjointScratch => (long)T * Padded(row);

    /// <summary>The weights as operands of products.</summary>
    /// <param name="weights">[<see cref="WeightRows"/>, K].</param>
    /// <param name="constants">Of the first frame and of all others, [2, K].</param>
    /// <param name="n">Latent dimension.</param>
    public static IReadOnlyList<Tensor> Tables(Tensor weights, Tensor constants, int n)
    {
        int frame = FrameEntries(n), row = frame + n * n;
        Tensor pairs = weights.narrow(0, 0, row + frame), first = weights.narrow(0, row + frame, frame), transposed = pairs.t();
        return
        [
            WholeVectors(pairs), WholeVectors(first), constants.contiguous(),
            WholeVectors(transposed.narrow(1, 0, row)), WholeVectors(transposed.narrow(1, row, frame)), WholeVectors(first.t()),
        ];
    }

    /// <summary>The evidence.</summary>
    /// <param name="moments">Of the sequence.</param>
    /// <param name="evidence">Set to r, [T, K].</param>
    /// <param name="scratch">Scratch.</param>
    public void Forward(PathMoments moments, double* evidence, double* scratch)
    {
        double* products = scratch + (long)T * row;
        Gather(moments, scratch);
        Multiply(new Left(scratch, row, 1), first, width, products, width, 1, frame, width, fresh: true);
        Multiply(new Left(scratch, row, 1), weights, width, products + width, width, T - 1, row + frame, width, fresh: true);
        for (int t = 0; t < T; t++, products += width, evidence += K) AddScaled(products, 1, constants + (t > 0 ? K : 0), evidence, K);
    }

    /// <summary>The gradient of the moments; that of the covariance is symmetric.</summary>
    /// <param name="moments">Of the sequence.</param>
    /// <param name="outer">r̄, a row of <paramref name="stride"/> doubles for each frame.</param>
    /// <param name="stride">At least K.</param>
    /// <param name="gradient">Set to the gradient.</param>
    /// <param name="scratch">Scratch.</param>
    public void Adjoint(PathMoments moments, double* outer, int stride, PathMoments gradient, double* scratch)
    {
        int rowWidth = Padded(row), frameWidth = Padded(frame);
        Multiply(new Left(outer + stride, stride, 1), toRow, rowWidth, scratch, rowWidth, T - 1, K, rowWidth, fresh: true);
        Fill(scratch + (T - 1L) * rowWidth, rowWidth, 0);
        Multiply(new Left(outer + stride, stride, 1), toLater, frameWidth, scratch + rowWidth, rowWidth, T - 1, K, frameWidth, fresh: false);
        Multiply(new Left(outer, stride, 1), toFirst, frameWidth, scratch, rowWidth, 1, K, frameWidth, fresh: false);
        Scatter(moments, scratch, rowWidth, gradient);
    }

    /// <summary>sum += Σ_t row_t r̄_{t+1}ᵀ over overlapping rows, and below it the first frame's row times r̄_1ᵀ.</summary>
    /// <param name="moments">Of the sequence.</param>
    /// <param name="outer">r̄ in rows of whole vectors, [T, width].</param>
    /// <param name="sum">[<see cref="WeightRows"/>, width].</param>
    /// <param name="scratch">Scratch.</param>
    public void AddOuterProducts(PathMoments moments, double* outer, double* sum, double* scratch)
    {
        Gather(moments, scratch);
        AddOverlapping(scratch, row, frame, outer, width, T, sum);
    }

    /// <summary>Writes rows of statistics, end to end; the last has no pair.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather(PathMoments moments, double* to)
    {
        double* m = moments.Mean, C = moments.Covariance, X = moments.Cross;
        for (int t = 0; t < T; t++, m += n)
        {
            for (int i = 0; i < n; i++) *to++ = m[i];
            for (int i = 0; i < n; to += i + 1, i++, C += n) AddScaled(C, m[i], m, to, i + 1);
            if (t == T - 1) break;
            double* next = m + n;
            for (int i = 0; i < n; i++, X += n, to += n) AddScaled(X, m[i], next, to, n);
        }
    }

    /// <summary>The adjoint: x xᵀ hands ∂ to both of its factors, and the covariance's gradient is made symmetric.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scatter(PathMoments moments, double* rows, int stride, PathMoments gradient)
    {
        double* m = moments.Mean, dm = gradient.Mean, dC = gradient.Covariance, dX = gradient.Cross;
        for (int i = 0; i < n; i++) dm[i] = 0;
        for (int t = 0; t < T; t++, m += n, dm += n, dC += n * n, rows += stride)
        {
            double* pair = FrameAdjoint(m, rows, dm, dC);
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
    private double* FrameAdjoint(double* m, double* gradient, double* dm, double* dC)
    {
        for (int i = 0; i < n; i++) dm[i] += *gradient++;
        for (int i = 0; i < n; i++)
        {
            double sum = 0;
            for (int j = 0; j < i; j++)
            {
                double g = *gradient++;
                dC[i * n + j] = dC[j * n + i] = 0.5 * g;
                sum += g * m[j];
                dm[j] += g * m[i];
            }
            double diagonal = *gradient++;
            dC[i * n + i] = diagonal;
            dm[i] += sum + 2 * diagonal * m[i];
        }
        return gradient;
    }
}
