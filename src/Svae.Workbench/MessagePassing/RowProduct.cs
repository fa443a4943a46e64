using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static Svae.Workbench.MessagePassing.PaddedRow;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Dense products <c>C[r, :] += Σ_d A[r, d] · B[d, :]</c> for matrices of tens to hundreds of rows, where a call to a linear-algebra
/// library would cost more than the arithmetic.
/// </summary>
/// <remarks>
/// Rows of B and C are whole vectors of eight doubles, zero-padded. Tiles of up to eight rows by three vectors stay in registers: 24 running
/// sums hide the latency of the fused multiply-add, and each loaded vector of B serves eight rows. Without 512-bit registers the runtime
/// splits every vector in two.
/// </remarks>
internal static unsafe class RowProduct
{
    /// <summary>An operand read one number at a time: A[r, d] = start[r · row + d · depth]; a transpose swaps the strides.</summary>
    public readonly struct Left(double* start, long row, long depth)
    {
        public readonly double* Start = start;
        public readonly long Row = row, Depth = depth;
    }

    /// <summary>C += A·B, or C = A·B when <paramref name="fresh"/>.</summary>
    /// <param name="a">A, [rows, depth].</param>
    /// <param name="b">B, [depth, width].</param>
    /// <param name="bRow">Doubles from one row of B to the next.</param>
    /// <param name="c">C, [rows, width].</param>
    /// <param name="cRow">Doubles from one row of C to the next.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="depth">Terms of each sum.</param>
    /// <param name="width">Padded width of B and C.</param>
    /// <param name="fresh">Overwrite C rather than add to it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(Left a, double* b, long bRow, double* c, long cRow, int rows, int depth, int width, bool fresh)
    {
        for (int left = width / Lanes, take; left > 0; left -= take, b += take * Lanes, c += take * Lanes)
        {
            take = left == 4 ? 2 : Math.Min(left, 3); // four vectors are better two and two than three and one
            if (take == 3) Columns<Three>(a, b, bRow, c, cRow, rows, depth, fresh);
            else if (take == 2) Columns<Two>(a, b, bRow, c, cRow, rows, depth, fresh);
            else Columns<One>(a, b, bRow, c, cRow, rows, depth, fresh);
        }
    }

    /// <summary>
    /// sum += Σ_t a_t b_{t+1}ᵀ, a_t being row t with the head of row t + 1, and below it the head of row 0 times b_0ᵀ.
    /// </summary>
    /// <param name="rows">T rows, end to end; of the last only the head is read.</param>
    /// <param name="row">Doubles of a row.</param>
    /// <param name="head">Doubles of its head.</param>
    /// <param name="b">Rows of whole vectors, [T, width].</param>
    /// <param name="width">Padded width.</param>
    /// <param name="T">Rows.</param>
    /// <param name="sum">[row + 2 · head, width].</param>
    public static void AddOverlapping(double* rows, int row, int head, double* b, int width, int T, double* sum)
    {
        const int block = 64; // rows that stay in the cache while they are read column by column
        int all = row + head;
        for (int t = 0; t < T - 1; t += block)
            Multiply(new Left(rows + (long)t * row, 1, row), b + (t + 1L) * width, width, sum, width, all, Math.Min(block, T - 1 - t), width, fresh: false);
        Multiply(new Left(rows, 1, row), b, width, sum + (long)all * width, width, head, 1, width, fresh: false);
    }

    private static void Columns<TColumns>(Left a, double* b, long bRow, double* c, long cRow, int rows, int depth, bool fresh) where TColumns : struct, ICount
    {
        int row = 0;
        for (; row + 8 <= rows; row += 8) Tile<Eight, TColumns>(a.Start + row * a.Row, a.Row, a.Depth, b, bRow, c + row * cRow, cRow, depth, fresh);
        for (; row + 4 <= rows; row += 4) Tile<Four, TColumns>(a.Start + row * a.Row, a.Row, a.Depth, b, bRow, c + row * cRow, cRow, depth, fresh);
        for (; row < rows; row++) Tile<One, TColumns>(a.Start + row * a.Row, a.Row, a.Depth, b, bRow, c + row * cRow, cRow, depth, fresh);
    }

    /// <summary>A number that the just-in-time compiler knows, so that what a tile does not need vanishes from its code.</summary>
    private interface ICount
    {
        static abstract int Value { get; }
    }

    private readonly struct One : ICount { public static int Value => 1; }

    private readonly struct Two : ICount { public static int Value => 2; }

    private readonly struct Three : ICount { public static int Value => 3; }

    private readonly struct Four : ICount { public static int Value => 4; }

    private readonly struct Eight : ICount { public static int Value => 8; }

    /// <summary>One tile of C: 8, 4 or 1 rows by 1 to 3 vectors. Each sum is a variable of its own, because only those live in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TRows, TColumns>(double* a, long aRow, long aDepth, double* b, long bRow, double* c, long cRow, int depth, bool fresh)
        where TRows : struct, ICount where TColumns : struct, ICount
    {
        Vector512<double> s00 = default, s01 = default, s02 = default, s10 = default, s11 = default, s12 = default;
        Vector512<double> s20 = default, s21 = default, s22 = default, s30 = default, s31 = default, s32 = default;
        Vector512<double> s40 = default, s41 = default, s42 = default, s50 = default, s51 = default, s52 = default;
        Vector512<double> s60 = default, s61 = default, s62 = default, s70 = default, s71 = default, s72 = default;
        if (!fresh)
        {
            Load<TColumns>(c, ref s00, ref s01, ref s02);
            if (TRows.Value > 1)
            {
                Load<TColumns>(c + cRow, ref s10, ref s11, ref s12);
                Load<TColumns>(c + 2 * cRow, ref s20, ref s21, ref s22);
                Load<TColumns>(c + 3 * cRow, ref s30, ref s31, ref s32);
            }
            if (TRows.Value > 4)
            {
                Load<TColumns>(c + 4 * cRow, ref s40, ref s41, ref s42);
                Load<TColumns>(c + 5 * cRow, ref s50, ref s51, ref s52);
                Load<TColumns>(c + 6 * cRow, ref s60, ref s61, ref s62);
                Load<TColumns>(c + 7 * cRow, ref s70, ref s71, ref s72);
            }
        }
        Vector512<double> left = default, middle = default, right = default;
        double* lower = a + 4 * aRow;
        for (int d = 0; d < depth; d++, b += bRow, a += aDepth, lower += aDepth)
        {
            Load<TColumns>(b, ref left, ref middle, ref right);
            Add<TColumns>(a, left, middle, right, ref s00, ref s01, ref s02);
            if (TRows.Value > 1)
            {
                Add<TColumns>(a + aRow, left, middle, right, ref s10, ref s11, ref s12);
                Add<TColumns>(a + 2 * aRow, left, middle, right, ref s20, ref s21, ref s22);
                Add<TColumns>(a + 3 * aRow, left, middle, right, ref s30, ref s31, ref s32);
            }
            if (TRows.Value > 4)
            {
                Add<TColumns>(lower, left, middle, right, ref s40, ref s41, ref s42);
                Add<TColumns>(lower + aRow, left, middle, right, ref s50, ref s51, ref s52);
                Add<TColumns>(lower + 2 * aRow, left, middle, right, ref s60, ref s61, ref s62);
                Add<TColumns>(lower + 3 * aRow, left, middle, right, ref s70, ref s71, ref s72);
            }
        }
        Store<TColumns>(c, s00, s01, s02);
        if (TRows.Value > 1)
        {
            Store<TColumns>(c + cRow, s10, s11, s12);
            Store<TColumns>(c + 2 * cRow, s20, s21, s22);
            Store<TColumns>(c + 3 * cRow, s30, s31, s32);
        }
        if (TRows.Value > 4)
        {
            Store<TColumns>(c + 4 * cRow, s40, s41, s42);
            Store<TColumns>(c + 5 * cRow, s50, s51, s52);
            Store<TColumns>(c + 6 * cRow, s60, s61, s62);
            Store<TColumns>(c + 7 * cRow, s70, s71, s72);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load<TColumns>(double* row, ref Vector512<double> first, ref Vector512<double> second, ref Vector512<double> third) where TColumns : struct, ICount
    {
        first = Vector512.Load(row);
        if (TColumns.Value > 1) second = Vector512.Load(row + Lanes);
        if (TColumns.Value > 2) third = Vector512.Load(row + 2 * Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TColumns>(
        double* factor, Vector512<double> left, Vector512<double> middle, Vector512<double> right,
        ref Vector512<double> first, ref Vector512<double> second, ref Vector512<double> third) where TColumns : struct, ICount
    {
        Vector512<double> x = Vector512.Create(*factor);
        first = Vector512.FusedMultiplyAdd(x, left, first);
        if (TColumns.Value > 1) second = Vector512.FusedMultiplyAdd(x, middle, second);
        if (TColumns.Value > 2) third = Vector512.FusedMultiplyAdd(x, right, third);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TColumns>(double* row, Vector512<double> first, Vector512<double> second, Vector512<double> third) where TColumns : struct, ICount
    {
        first.Store(row);
        if (TColumns.Value > 1) second.Store(row + Lanes);
        if (TColumns.Value > 2) third.Store(row + 2 * Lanes);
    }
}
