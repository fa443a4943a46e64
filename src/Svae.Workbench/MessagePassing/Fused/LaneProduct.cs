using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>Which part of a product's inner sum can be non-zero: all of it, or less because one factor is triangular.</summary>
internal enum Support
{
    Full,
    LeftLower,
    LeftUpper,
    RightLower,
    RightUpper,
}

/// <summary>
/// Products of interleaved matrices, <c>C = C₀ ± A B</c>: register blocks of 5×5 entries where rows and columns are multiples of five, else
/// of 4×4 and the rest by 2×2 (an odd edge repeats its last row or column rather than having a kernel of its own). The symmetric variants
/// compute the lower triangle and mirror it, and read no more than that of C₀.
/// </summary>
internal static unsafe class LaneProduct<V, M> where V : struct where M : struct, ILanes<V>
{
    /// <summary>C = A B.</summary>
    public static void Set(in LaneMatrix c, in LaneMatrix a, in LaneMatrix b, Support support = Support.Full) => Run<Plus>(c, default, a, b, support, false);

    /// <summary>C = −A B.</summary>
    public static void SetNegative(in LaneMatrix c, in LaneMatrix a, in LaneMatrix b, Support support = Support.Full) => Run<Minus>(c, default, a, b, support, false);

    /// <summary>C += A B.</summary>
    public static void Add(in LaneMatrix c, in LaneMatrix a, in LaneMatrix b, Support support = Support.Full) => Run<Plus>(c, c, a, b, support, false);

    /// <summary>C −= A B.</summary>
    public static void Subtract(in LaneMatrix c, in LaneMatrix a, in LaneMatrix b, Support support = Support.Full) => Run<Minus>(c, c, a, b, support, false);

    /// <summary>C = C₀ + A B.</summary>
    public static void SetSum(in LaneMatrix c, in LaneMatrix c0, in LaneMatrix a, in LaneMatrix b) => Run<Plus>(c, c0, a, b, Support.Full, false);

    /// <summary>C = A B, known to be symmetric.</summary>
    public static void SetSymmetric(in LaneMatrix c, in LaneMatrix a, in LaneMatrix b, Support support = Support.Full) => Run<Plus>(c, default, a, b, support, true);

    /// <summary>The lower triangle of C += A B, mirrored.</summary>
    public static void AddSymmetric(in LaneMatrix c, in LaneMatrix a, in LaneMatrix b, Support support = Support.Full) => Run<Plus>(c, c, a, b, support, true);

    /// <summary>The lower triangle of C −= A B, mirrored.</summary>
    public static void SubtractSymmetric(in LaneMatrix c, in LaneMatrix a, in LaneMatrix b, Support support = Support.Full) => Run<Minus>(c, c, a, b, support, true);

    /// <summary>The lower triangle of C = C₀ + A B, mirrored.</summary>
    public static void SetSumSymmetric(in LaneMatrix c, in LaneMatrix c0, in LaneMatrix a, in LaneMatrix b) => Run<Plus>(c, c0, a, b, Support.Full, true);

    /// <summary>The lower triangle of C = C₀ − A B, mirrored.</summary>
    public static void SetDifferenceSymmetric(in LaneMatrix c, in LaneMatrix c0, in LaneMatrix a, in LaneMatrix b) => Run<Minus>(c, c0, a, b, Support.Full, true);

    private interface ISign { static abstract V Accumulate(V a, V b, V sum); }

    private readonly struct Plus : ISign
    {
        [MethodImpl(AggressiveInlining)] public static V Accumulate(V a, V b, V sum) => M.MultiplyAdd(a, b, sum);
    }

    private readonly struct Minus : ISign
    {
        [MethodImpl(AggressiveInlining)] public static V Accumulate(V a, V b, V sum) => M.MultiplySubtract(a, b, sum);
    }

    [MethodImpl(AggressiveOptimization)]
    private static void Run<TSign>(in LaneMatrix c, in LaneMatrix c0, in LaneMatrix a, in LaneMatrix b, Support support, bool symmetric)
        where TSign : struct, ISign
    {
        if (c.Rows % 5 == 0 && c.Columns % 5 == 0)
        {
            for (int i = 0; i < c.Rows; i += 5)
                for (int j = 0; j < c.Columns && (!symmetric || j <= i); j += 5)
                {
                    var (from, to) = InnerRange(support, i, j, 5, a.Columns);
                    Tile5<TSign>(c, c0, a.Block(i, 5, from, to - from), b.Block(from, to - from, j, 5), i, j, symmetric);
                }
            return;
        }
        int rows = c.Rows & ~3, columns = c.Columns & ~3;
        for (int i = 0; i < rows; i += 4)
            for (int j = 0; j < columns && (!symmetric || j <= i); j += 4)
            {
                var (from, to) = InnerRange(support, i, j, 4, a.Columns);
                Tile4<TSign>(c, c0, a.Block(i, 4, from, to - from), b.Block(from, to - from, j, 4), i, j, symmetric);
            }
        if (rows < c.Rows) Edge<TSign>(c, c0, a, b, support, symmetric, rows, c.Rows, 0, columns, transposed: false);
        if (columns < c.Columns && !symmetric) Edge<TSign>(c.T, c0.T, b.T, a.T, support, false, columns, c.Columns, 0, rows, transposed: true);
        for (int i = rows; i < c.Rows; i += 2)
            for (int j = columns; j < c.Columns && (!symmetric || j <= i); j += 2)
            {
                var (from, to) = InnerRange(support, i, j, 2, a.Columns);
                Tile2<TSign>(c, c0, a, b, from, to, i, j, symmetric);
            }
    }

    /// <summary>What is left beside the 4×4 blocks: strips of two rows by four columns (of the transposed product, for columns).</summary>
    [MethodImpl(AggressiveOptimization)]
    private static void Edge<TSign>(in LaneMatrix c, in LaneMatrix c0, in LaneMatrix a, in LaneMatrix b, Support support, bool symmetric,
        int row, int rows, int column, int columns, bool transposed) where TSign : struct, ISign
    {
        for (int i = row; i < rows; i += 2)
            for (int j = column; j < columns; j += 4)
            {
                var (from, to) = transposed ? InnerRange(support, j, i, 4, a.Columns) : InnerRange(support, i, j, 4, a.Columns);
                Tile2x4<TSign>(c, c0, a, b, from, to, i, j, symmetric);
            }
    }

    /// <summary>The inner indices at which a block's product can be non-zero.</summary>
    [MethodImpl(AggressiveInlining)]
    private static (int From, int To) InnerRange(Support support, int i, int j, int size, int inner) => support switch
    {
        Support.LeftLower => (0, Math.Min(i + size, inner)),
        Support.LeftUpper => (i, inner),
        Support.RightLower => (j, inner),
        Support.RightUpper => (0, Math.Min(j + size, inner)),
        _ => (0, inner),
    };

    [MethodImpl(AggressiveOptimization)]
    private static void Tile5<TSign>(in LaneMatrix c, in LaneMatrix c0, in LaneMatrix left, in LaneMatrix right, int i, int j, bool symmetric)
        where TSign : struct, ISign
    {
        V c00 = default, c01 = default, c02 = default, c03 = default, c04 = default, c10 = default, c11 = default, c12 = default, c13 = default, c14 = default;
        V c20 = default, c21 = default, c22 = default, c23 = default, c24 = default, c30 = default, c31 = default, c32 = default, c33 = default, c34 = default;
        V c40 = default, c41 = default, c42 = default, c43 = default, c44 = default;
        if (!c0.IsEmpty)
        {
            nint row = c0.RowStride, column = c0.ColumnStride;
            double* from = c0.At(i, j);
            c00 = M.Load(from); c01 = M.Load(from + column); c02 = M.Load(from + 2 * column); c03 = M.Load(from + 3 * column); c04 = M.Load(from + 4 * column);
            from += row;
            c10 = M.Load(from); c11 = M.Load(from + column); c12 = M.Load(from + 2 * column); c13 = M.Load(from + 3 * column); c14 = M.Load(from + 4 * column);
            from += row;
            c20 = M.Load(from); c21 = M.Load(from + column); c22 = M.Load(from + 2 * column); c23 = M.Load(from + 3 * column); c24 = M.Load(from + 4 * column);
            from += row;
            c30 = M.Load(from); c31 = M.Load(from + column); c32 = M.Load(from + 2 * column); c33 = M.Load(from + 3 * column); c34 = M.Load(from + 4 * column);
            from += row;
            c40 = M.Load(from); c41 = M.Load(from + column); c42 = M.Load(from + 2 * column); c43 = M.Load(from + 3 * column); c44 = M.Load(from + 4 * column);
        }
        nint aRow = left.RowStride, aStep = left.ColumnStride, bColumn = right.ColumnStride, bStep = right.RowStride;
        double* a = left.Data, a3 = a + 3 * aRow, b = right.Data, b3 = b + 3 * bColumn;
        for (int count = left.Columns; count > 0; count--)
        {
            V p0 = M.Load(a), p1 = M.Load(a + aRow), p2 = M.Load(a + 2 * aRow), p3 = M.Load(a3), p4 = M.Load(a3 + aRow);
            V q = M.Load(b);
            c00 = TSign.Accumulate(p0, q, c00); c10 = TSign.Accumulate(p1, q, c10); c20 = TSign.Accumulate(p2, q, c20); c30 = TSign.Accumulate(p3, q, c30); c40 = TSign.Accumulate(p4, q, c40);
            q = M.Load(b + bColumn);
            c01 = TSign.Accumulate(p0, q, c01); c11 = TSign.Accumulate(p1, q, c11); c21 = TSign.Accumulate(p2, q, c21); c31 = TSign.Accumulate(p3, q, c31); c41 = TSign.Accumulate(p4, q, c41);
            q = M.Load(b + 2 * bColumn);
            c02 = TSign.Accumulate(p0, q, c02); c12 = TSign.Accumulate(p1, q, c12); c22 = TSign.Accumulate(p2, q, c22); c32 = TSign.Accumulate(p3, q, c32); c42 = TSign.Accumulate(p4, q, c42);
            q = M.Load(b3);
            c03 = TSign.Accumulate(p0, q, c03); c13 = TSign.Accumulate(p1, q, c13); c23 = TSign.Accumulate(p2, q, c23); c33 = TSign.Accumulate(p3, q, c33); c43 = TSign.Accumulate(p4, q, c43);
            q = M.Load(b3 + bColumn);
            c04 = TSign.Accumulate(p0, q, c04); c14 = TSign.Accumulate(p1, q, c14); c24 = TSign.Accumulate(p2, q, c24); c34 = TSign.Accumulate(p3, q, c34); c44 = TSign.Accumulate(p4, q, c44);
            a += aStep; a3 += aStep; b += bStep; b3 += bStep;
        }
        if (symmetric && i == j) { c01 = c10; c02 = c20; c03 = c30; c04 = c40; c12 = c21; c13 = c31; c14 = c41; c23 = c32; c24 = c42; c34 = c43; }
        double* to = c.At(i, j);
        nint toRow = c.RowStride, toColumn = c.ColumnStride;
        for (bool mirror = symmetric && i != j; ; mirror = false)
        {
            M.Store(to, c00); M.Store(to + toColumn, c01); M.Store(to + 2 * toColumn, c02); M.Store(to + 3 * toColumn, c03); M.Store(to + 4 * toColumn, c04);
            to += toRow;
            M.Store(to, c10); M.Store(to + toColumn, c11); M.Store(to + 2 * toColumn, c12); M.Store(to + 3 * toColumn, c13); M.Store(to + 4 * toColumn, c14);
            to += toRow;
            M.Store(to, c20); M.Store(to + toColumn, c21); M.Store(to + 2 * toColumn, c22); M.Store(to + 3 * toColumn, c23); M.Store(to + 4 * toColumn, c24);
            to += toRow;
            M.Store(to, c30); M.Store(to + toColumn, c31); M.Store(to + 2 * toColumn, c32); M.Store(to + 3 * toColumn, c33); M.Store(to + 4 * toColumn, c34);
            to += toRow;
            M.Store(to, c40); M.Store(to + toColumn, c41); M.Store(to + 2 * toColumn, c42); M.Store(to + 3 * toColumn, c43); M.Store(to + 4 * toColumn, c44);
            if (!mirror) break;
            to = c.At(j, i);
            (toRow, toColumn) = (toColumn, toRow);
        }
    }

    [MethodImpl(AggressiveOptimization)]
    private static void Tile4<TSign>(in LaneMatrix c, in LaneMatrix c0, in LaneMatrix left, in LaneMatrix right, int i, int j, bool symmetric)
        where TSign : struct, ISign
    {
        V c00 = default, c01 = default, c02 = default, c03 = default, c10 = default, c11 = default, c12 = default, c13 = default;
        V c20 = default, c21 = default, c22 = default, c23 = default, c30 = default, c31 = default, c32 = default, c33 = default;
        if (!c0.IsEmpty)
        {
            double* from = c0.At(i, j);
            nint row = c0.RowStride, column = c0.ColumnStride;
            c00 = M.Load(from); c01 = M.Load(from + column); c02 = M.Load(from + 2 * column); c03 = M.Load(from + 3 * column);
            from += row;
            c10 = M.Load(from); c11 = M.Load(from + column); c12 = M.Load(from + 2 * column); c13 = M.Load(from + 3 * column);
            from += row;
            c20 = M.Load(from); c21 = M.Load(from + column); c22 = M.Load(from + 2 * column); c23 = M.Load(from + 3 * column);
            from += row;
            c30 = M.Load(from); c31 = M.Load(from + column); c32 = M.Load(from + 2 * column); c33 = M.Load(from + 3 * column);
        }
        nint aRow = left.RowStride, aStep = left.ColumnStride, bColumn = right.ColumnStride, bStep = right.RowStride;
        double* a = left.Data, a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow, b = right.Data, b1 = b + bColumn, b2 = b1 + bColumn, b3 = b2 + bColumn;
        for (int count = left.Columns; count > 0; count--)
        {
            V p0 = M.Load(a), p1 = M.Load(a1), p2 = M.Load(a2), p3 = M.Load(a3);
            V q = M.Load(b);
            c00 = TSign.Accumulate(p0, q, c00); c10 = TSign.Accumulate(p1, q, c10); c20 = TSign.Accumulate(p2, q, c20); c30 = TSign.Accumulate(p3, q, c30);
            q = M.Load(b1);
            c01 = TSign.Accumulate(p0, q, c01); c11 = TSign.Accumulate(p1, q, c11); c21 = TSign.Accumulate(p2, q, c21); c31 = TSign.Accumulate(p3, q, c31);
            q = M.Load(b2);
            c02 = TSign.Accumulate(p0, q, c02); c12 = TSign.Accumulate(p1, q, c12); c22 = TSign.Accumulate(p2, q, c22); c32 = TSign.Accumulate(p3, q, c32);
            q = M.Load(b3);
            c03 = TSign.Accumulate(p0, q, c03); c13 = TSign.Accumulate(p1, q, c13); c23 = TSign.Accumulate(p2, q, c23); c33 = TSign.Accumulate(p3, q, c33);
            a += aStep; a1 += aStep; a2 += aStep; a3 += aStep;
            b += bStep; b1 += bStep; b2 += bStep; b3 += bStep;
        }
        if (symmetric && i == j) { c01 = c10; c02 = c20; c03 = c30; c12 = c21; c13 = c31; c23 = c32; }
        double* to = c.At(i, j);
        nint toRow = c.RowStride, toColumn = c.ColumnStride;
        for (bool mirror = symmetric && i != j; ; mirror = false)
        {
            M.Store(to, c00); M.Store(to + toColumn, c01); M.Store(to + 2 * toColumn, c02); M.Store(to + 3 * toColumn, c03);
            to += toRow;
            M.Store(to, c10); M.Store(to + toColumn, c11); M.Store(to + 2 * toColumn, c12); M.Store(to + 3 * toColumn, c13);
            to += toRow;
            M.Store(to, c20); M.Store(to + toColumn, c21); M.Store(to + 2 * toColumn, c22); M.Store(to + 3 * toColumn, c23);
            to += toRow;
            M.Store(to, c30); M.Store(to + toColumn, c31); M.Store(to + 2 * toColumn, c32); M.Store(to + 3 * toColumn, c33);
            if (!mirror) break;
            to = c.At(j, i);
            (toRow, toColumn) = (toColumn, toRow);
        }
    }

    [MethodImpl(AggressiveOptimization)]
    private static void Tile2x4<TSign>(in LaneMatrix c, in LaneMatrix c0, in LaneMatrix a, in LaneMatrix b, int from, int to, int i, int j, bool mirror)
        where TSign : struct, ISign
    {
        int second = i + 1 < c.Rows ? i + 1 : i; // on an odd edge the second row is the first again: the same value is stored twice
        double* a0 = a.At(i, from), a1 = a.At(second, from), b0 = b.At(from, j);
        nint aStep = a.ColumnStride, bStep = b.RowStride, bColumn = b.ColumnStride;
        double* b1 = b0 + bColumn, b2 = b1 + bColumn, b3 = b2 + bColumn;
        V c00 = default, c01 = default, c02 = default, c03 = default, c10 = default, c11 = default, c12 = default, c13 = default;
        if (!c0.IsEmpty)
        {
            c00 = M.Load(c0.At(i, j)); c01 = M.Load(c0.At(i, j + 1)); c02 = M.Load(c0.At(i, j + 2)); c03 = M.Load(c0.At(i, j + 3));
            c10 = M.Load(c0.At(second, j)); c11 = M.Load(c0.At(second, j + 1)); c12 = M.Load(c0.At(second, j + 2)); c13 = M.Load(c0.At(second, j + 3));
        }
        for (int count = to - from; count > 0; count--)
        {
            V p0 = M.Load(a0), p1 = M.Load(a1), q0 = M.Load(b0), q1 = M.Load(b1);
            c00 = TSign.Accumulate(p0, q0, c00); c10 = TSign.Accumulate(p1, q0, c10);
            c01 = TSign.Accumulate(p0, q1, c01); c11 = TSign.Accumulate(p1, q1, c11);
            q0 = M.Load(b2); q1 = M.Load(b3);
            c02 = TSign.Accumulate(p0, q0, c02); c12 = TSign.Accumulate(p1, q0, c12);
            c03 = TSign.Accumulate(p0, q1, c03); c13 = TSign.Accumulate(p1, q1, c13);
            a0 += aStep; a1 += aStep; b0 += bStep; b1 += bStep; b2 += bStep; b3 += bStep;
        }
        M.Store(c.At(i, j), c00); M.Store(c.At(i, j + 1), c01); M.Store(c.At(i, j + 2), c02); M.Store(c.At(i, j + 3), c03);
        M.Store(c.At(second, j), c10); M.Store(c.At(second, j + 1), c11); M.Store(c.At(second, j + 2), c12); M.Store(c.At(second, j + 3), c13);
        if (!mirror) return;
        M.Store(c.At(j, i), c00); M.Store(c.At(j + 1, i), c01); M.Store(c.At(j + 2, i), c02); M.Store(c.At(j + 3, i), c03);
        M.Store(c.At(j, second), c10); M.Store(c.At(j + 1, second), c11); M.Store(c.At(j + 2, second), c12); M.Store(c.At(j + 3, second), c13);
    }

    [MethodImpl(AggressiveOptimization)]
    private static void Tile2<TSign>(in LaneMatrix c, in LaneMatrix c0, in LaneMatrix a, in LaneMatrix b, int from, int to, int i, int j, bool symmetric)
        where TSign : struct, ISign
    {
        // On an odd edge the second row or column is the first again: the same value is stored twice.
        int nextRow = i + 1 < c.Rows ? 1 : 0, nextColumn = j + 1 < c.Columns ? 1 : 0;
        double* a0 = a.At(i, from), a1 = a.At(i + nextRow, from), b0 = b.At(from, j), b1 = b.At(from, j + nextColumn);
        nint aStep = a.ColumnStride, bStep = b.RowStride;
        V c00 = default, c01 = default, c10 = default, c11 = default;
        if (!c0.IsEmpty)
        {
            c00 = M.Load(c0.At(i, j)); c01 = M.Load(c0.At(i, j + nextColumn));
            c10 = M.Load(c0.At(i + nextRow, j)); c11 = M.Load(c0.At(i + nextRow, j + nextColumn));
        }
        for (int k = from; k < to; k++)
        {
            V p0 = M.Load(a0), p1 = M.Load(a1), q0 = M.Load(b0), q1 = M.Load(b1);
            c00 = TSign.Accumulate(p0, q0, c00); c01 = TSign.Accumulate(p0, q1, c01);
            c10 = TSign.Accumulate(p1, q0, c10); c11 = TSign.Accumulate(p1, q1, c11);
            a0 += aStep; a1 += aStep; b0 += bStep; b1 += bStep;
        }
        if (symmetric && i == j) c01 = c10;
        M.Store(c.At(i, j), c00); M.Store(c.At(i, j + nextColumn), c01);
        M.Store(c.At(i + nextRow, j), c10); M.Store(c.At(i + nextRow, j + nextColumn), c11);
        if (!symmetric || i == j) return;
        M.Store(c.At(j, i), c00); M.Store(c.At(j + nextColumn, i), c01);
        M.Store(c.At(j, i + nextRow), c10); M.Store(c.At(j + nextColumn, i + nextRow), c11);
    }
}
