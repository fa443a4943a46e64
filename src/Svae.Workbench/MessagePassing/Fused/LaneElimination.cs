using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// Cholesky factorisation and everything that is solved with the factor, in one elimination: with <c>S = L Lᵀ</c> it turns
/// <c>[S | I | f U]</c> into <c>[Lᵀ | K | L⁻¹f L⁻¹U]</c>, <c>K = L⁻¹</c>. A few rows at a time: earlier rows are taken off by a
/// register-blocked product, then the block itself is factored.
/// </summary>
internal static unsafe class LaneElimination<V, M> where V : struct where M : struct, ILanes<V>
{
    /// <param name="S">Symmetric positive definite, n × n; its upper triangle is read and overwritten by Lᵀ.</param>
    /// <param name="K">Receives L⁻¹, with the zeros of its upper triangle.</param>
    /// <param name="right">Right-hand sides, n × m, overwritten by their solutions.</param>
    /// <returns>Was every pivot of every sequence positive?</returns>
    [MethodImpl(AggressiveOptimization)]
    public static bool Run(in LaneMatrix S, in LaneMatrix K, in LaneMatrix right)
    {
        int n = S.Rows, side = n % 5 == 0 ? 5 : 4; // whole register blocks of the products
        int odd = right.Columns % side; // columns taken by themselves, so that the others are whole register blocks
        bool positive = true;
        for (int i = 0; i < n; i += side)
        {
            int rows = Math.Min(side, n - i);
            if (i > 0)
            {
                LaneMatrix l = S.Block(0, i, i, rows).T, trailing = S.Block(i, rows, i, n - i);
                LaneProduct<V, M>.Subtract(trailing, l, S.Block(0, i, i, n - i));
                LaneProduct<V, M>.Subtract(right.Block(i, rows, 0, odd), l, right.Block(0, i, 0, odd));
                LaneProduct<V, M>.Subtract(right.Block(i, rows, odd, right.Columns - odd), l, right.Block(0, i, odd, right.Columns - odd));
                LaneProduct<V, M>.SetNegative(K.Block(i, rows, 0, i), l, K.Block(0, i, 0, i), Support.RightLower);
            }
            positive &= FactorBlock(S, K, right, i, rows);
        }
        return positive;
    }

    /// <summary>Row by row within a block: scale by the inverse pivot, take the row off those below.</summary>
    [MethodImpl(AggressiveOptimization)]
    private static bool FactorBlock(in LaneMatrix S, in LaneMatrix K, in LaneMatrix right, int i, int rows)
    {
        bool positive = true;
        int w = M.Width, n = S.Rows;
        for (int r = i; r < i + rows; r++)
            for (int c = i; c < n; c++) M.Store(K.At(r, c), M.Broadcast(r == c ? 1 : 0));
        for (int r = i; r < i + rows; r++)
        {
            V pivot = M.Load(S.At(r, r));
            positive &= !M.AnyNotPositive(pivot);
            V inverse = M.InverseSqrt(pivot);
            Scale(S.At(r, r), n - r, inverse, w);
            Scale(K.At(r, 0), r + 1, inverse, w);
            Scale(right.At(r, 0), right.Columns, inverse, w);
            for (int q = r + 1; q < i + rows; q++)
            {
                V l = M.Load(S.At(r, q));
                TakeOff(S.At(q, q), S.At(r, q), n - q, l, w);
                TakeOff(K.At(q, 0), K.At(r, 0), r + 1, l, w);
                TakeOff(right.At(q, 0), right.At(r, 0), right.Columns, l, w);
            }
        }
        return positive;
    }

    [MethodImpl(AggressiveInlining)]
    private static void Scale(double* row, int count, V factor, int w)
    {
        for (double* end = row + count * w; row < end; row += w) M.Store(row, M.Multiply(M.Load(row), factor));
    }

    /// <summary>row −= l · pivotRow.</summary>
    [MethodImpl(AggressiveInlining)]
    private static void TakeOff(double* row, double* pivotRow, int count, V l, int w)
    {
        for (double* end = row + count * w; row < end; row += w, pivotRow += w)
            M.Store(row, M.MultiplySubtract(l, M.Load(pivotRow), M.Load(row)));
    }
}
