using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static Svae.Workbench.MessagePassing.PaddedRow;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Dense products <c>C[r, :] += Σ_d A[r, d] · B[d, :]</c> for matrices of tens to hundreds of rows, where a call to a linear-algebra
/// library would cost more than the arithmetic.
/// </summary>
/// <remarks>
/// Rows of B and C are whole vectors of eight doubles, zero-padded. Blocks of four rows by two vectors stay in registers: eight running
/// sums hide the latency of the fused multiply-add, and each loaded vector of B serves four rows. Without 512-bit registers the runtime
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
        for (int column = 0; column < width; column += 2 * Lanes)
        {
            bool pair = column + Lanes < width;
            int row = 0;
            for (; row + 4 <= rows; row += 4)
                if (pair) FourByTwo(a.Start + row * a.Row, a.Row, a.Depth, b + column, bRow, c + row * cRow + column, cRow, depth, fresh);
                else FourByOne(a.Start + row * a.Row, a.Row, a.Depth, b + column, bRow, c + row * cRow + column, cRow, depth, fresh);
            for (; row < rows; row++)
                if (pair) OneByTwo(a.Start + row * a.Row, a.Depth, b + column, bRow, c + row * cRow + column, depth, fresh);
                else OneByOne(a.Start + row * a.Row, a.Depth, b + column, bRow, c + row * cRow + column, depth, fresh);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByTwo(double* a, long aRow, long aDepth, double* b, long bRow, double* c, long cRow, int depth, bool fresh)
    {
        double* a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow, c1 = c + cRow, c2 = c1 + cRow, c3 = c2 + cRow;
        Vector512<double> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
        if (!fresh)
        {
            (s00, s01, s10, s11) = (Vector512.Load(c), Vector512.Load(c + Lanes), Vector512.Load(c1), Vector512.Load(c1 + Lanes));
            (s20, s21, s30, s31) = (Vector512.Load(c2), Vector512.Load(c2 + Lanes), Vector512.Load(c3), Vector512.Load(c3 + Lanes));
        }
        long at = 0;
        for (int d = 0; d < depth; d++, b += bRow, at += aDepth)
        {
            Vector512<double> left = Vector512.Load(b), right = Vector512.Load(b + Lanes);
            Vector512<double> x0 = Vector512.Create(a[at]), x1 = Vector512.Create(a1[at]), x2 = Vector512.Create(a2[at]), x3 = Vector512.Create(a3[at]);
            s00 = Vector512.FusedMultiplyAdd(x0, left, s00); s01 = Vector512.FusedMultiplyAdd(x0, right, s01);
            s10 = Vector512.FusedMultiplyAdd(x1, left, s10); s11 = Vector512.FusedMultiplyAdd(x1, right, s11);
            s20 = Vector512.FusedMultiplyAdd(x2, left, s20); s21 = Vector512.FusedMultiplyAdd(x2, right, s21);
            s30 = Vector512.FusedMultiplyAdd(x3, left, s30); s31 = Vector512.FusedMultiplyAdd(x3, right, s31);
        }
        s00.Store(c); s01.Store(c + Lanes); s10.Store(c1); s11.Store(c1 + Lanes);
        s20.Store(c2); s21.Store(c2 + Lanes); s30.Store(c3); s31.Store(c3 + Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByOne(double* a, long aRow, long aDepth, double* b, long bRow, double* c, long cRow, int depth, bool fresh)
    {
        double* a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow, c1 = c + cRow, c2 = c1 + cRow, c3 = c2 + cRow;
        Vector512<double> s0 = default, s1 = default, s2 = default, s3 = default;
        if (!fresh) (s0, s1, s2, s3) = (Vector512.Load(c), Vector512.Load(c1), Vector512.Load(c2), Vector512.Load(c3));
        long at = 0;
        for (int d = 0; d < depth; d++, b += bRow, at += aDepth)
        {
            Vector512<double> v = Vector512.Load(b);
            s0 = Vector512.FusedMultiplyAdd(Vector512.Create(a[at]), v, s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.Create(a1[at]), v, s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.Create(a2[at]), v, s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.Create(a3[at]), v, s3);
        }
        s0.Store(c); s1.Store(c1); s2.Store(c2); s3.Store(c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneByTwo(double* a, long aDepth, double* b, long bRow, double* c, int depth, bool fresh)
    {
        Vector512<double> s0 = default, s1 = default;
        if (!fresh) (s0, s1) = (Vector512.Load(c), Vector512.Load(c + Lanes));
        for (int d = 0; d < depth; d++, b += bRow, a += aDepth)
        {
            Vector512<double> x = Vector512.Create(*a);
            s0 = Vector512.FusedMultiplyAdd(x, Vector512.Load(b), s0);
            s1 = Vector512.FusedMultiplyAdd(x, Vector512.Load(b + Lanes), s1);
        }
        s0.Store(c); s1.Store(c + Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneByOne(double* a, long aDepth, double* b, long bRow, double* c, int depth, bool fresh)
    {
        Vector512<double> s = fresh ? default : Vector512.Load(c);
        for (int d = 0; d < depth; d++, b += bRow, a += aDepth)
            s = Vector512.FusedMultiplyAdd(Vector512.Create(*a), Vector512.Load(b), s);
        s.Store(c);
    }
}
