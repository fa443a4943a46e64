using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// Between tensors, where a sequence's entries are contiguous, and lanes, where an entry's sequences are: a transposition,
/// eight by eight or four by four in registers where the processor can.
/// </summary>
internal static unsafe class LaneTransfer
{
    /// <summary>
    /// Entry e of lane l goes from <c>source[l][e]</c> to <c>lanes[e·stride + l]</c>. What lies <paramref name="ahead"/> doubles on, where the
    /// next call will read, is called into cache meanwhile.
    /// </summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Gather(double* lanes, nint stride, double** source, int width, int count, nint ahead)
    {
        if (Avx512F.IsSupported && width == 8 && count >= 8)
        {
            for (int e = 0; e < count; e += 8)
            {
                if (e + 8 > count) e = count - 8; // the last block overlaps the one before
                GatherBlock(lanes + e * stride, stride, source, e, ahead);
            }
            return;
        }
        if (Avx.IsSupported && width >= 4 && count >= 4)
        {
            for (int e = 0; e < count; e += 4)
            {
                if (e + 4 > count) e = count - 4;
                if (width == 8) GatherEight(lanes + e * stride, stride, source, e, ahead);
                else GatherFour(lanes + e * stride, stride, source, e, ahead);
            }
            return;
        }
        for (int l = 0; l < width; l++)
            for (int e = 0; e < count; e++) lanes[e * stride + l] = source[l][e];
    }

    [MethodImpl(AggressiveInlining)]
    private static void GatherBlock(double* to, nint stride, double** s, int e, nint ahead)
    {
        Prefetch(s[0] + e + ahead, s[1] + e + ahead, s[2] + e + ahead, s[3] + e + ahead);
        Prefetch(s[4] + e + ahead, s[5] + e + ahead, s[6] + e + ahead, s[7] + e + ahead);
        Transpose(Vector512.Load(s[0] + e), Vector512.Load(s[1] + e), Vector512.Load(s[2] + e), Vector512.Load(s[3] + e),
            Vector512.Load(s[4] + e), Vector512.Load(s[5] + e), Vector512.Load(s[6] + e), Vector512.Load(s[7] + e),
            out var r0, out var r1, out var r2, out var r3, out var r4, out var r5, out var r6, out var r7);
        r0.Store(to); r1.Store(to + stride); r2.Store(to + 2 * stride); r3.Store(to + 3 * stride);
        to += 4 * stride;
        r4.Store(to); r5.Store(to + stride); r6.Store(to + 2 * stride); r7.Store(to + 3 * stride);
    }

    /// <summary>Whole registers are stored, since a load right after two stores of halves would wait for both to reach the cache.</summary>
    [MethodImpl(AggressiveInlining)]
    private static void GatherEight(double* to, nint stride, double** s, int e, nint ahead)
    {
        Prefetch(s[0] + e + ahead, s[1] + e + ahead, s[2] + e + ahead, s[3] + e + ahead);
        Prefetch(s[4] + e + ahead, s[5] + e + ahead, s[6] + e + ahead, s[7] + e + ahead);
        Transpose(Vector256.Load(s[0] + e), Vector256.Load(s[1] + e), Vector256.Load(s[2] + e), Vector256.Load(s[3] + e),
            out var a0, out var a1, out var a2, out var a3);
        Transpose(Vector256.Load(s[4] + e), Vector256.Load(s[5] + e), Vector256.Load(s[6] + e), Vector256.Load(s[7] + e),
            out var b0, out var b1, out var b2, out var b3);
        Vector512.Create(a0, b0).Store(to);
        Vector512.Create(a1, b1).Store(to + stride);
        Vector512.Create(a2, b2).Store(to + 2 * stride);
        Vector512.Create(a3, b3).Store(to + 3 * stride);
    }

    [MethodImpl(AggressiveInlining)]
    private static void GatherFour(double* to, nint stride, double** s, int e, nint ahead)
    {
        Prefetch(s[0] + e + ahead, s[1] + e + ahead, s[2] + e + ahead, s[3] + e + ahead);
        Transpose(Vector256.Load(s[0] + e), Vector256.Load(s[1] + e), Vector256.Load(s[2] + e), Vector256.Load(s[3] + e),
            out var r0, out var r1, out var r2, out var r3);
        r0.Store(to); r1.Store(to + stride); r2.Store(to + 2 * stride); r3.Store(to + 3 * stride);
    }

    /// <summary>Entry e of lane l goes from <c>lanes[e·stride + l]</c> to <c>target[l][e]</c>; a lane whose target is null is left out.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Scatter(double* lanes, nint stride, double** target, int width, int count, nint ahead)
    {
        if (Avx512F.IsSupported && width == 8 && count >= 8 && AllWanted(target))
        {
            for (int e = 0; e < count; e += 8)
            {
                if (e + 8 > count) e = count - 8; // the last block overlaps the one before
                ScatterBlock(lanes + e * stride, stride, target, e, ahead);
            }
            return;
        }
        for (int l = 0; l < width;)
        {
            if (Avx.IsSupported && l + 4 <= width && target[l] is not null && target[l + 1] is not null && target[l + 2] is not null && target[l + 3] is not null)
            {
                ScatterFour(lanes + l, stride, target[l], target[l + 1], target[l + 2], target[l + 3], count, ahead);
                l += 4;
                continue;
            }
            if (target[l] is not null)
                for (int e = 0; e < count; e++) target[l][e] = lanes[e * stride + l];
            l++;
        }
    }

    private static bool AllWanted(double** target)
    {
        for (int l = 0; l < 8; l++)
            if (target[l] is null) return false;
        return true;
    }

    [MethodImpl(AggressiveInlining)]
    private static void ScatterBlock(double* from, nint stride, double** t, int e, nint ahead)
    {
        Prefetch(t[0] + e + ahead, t[1] + e + ahead, t[2] + e + ahead, t[3] + e + ahead);
        Prefetch(t[4] + e + ahead, t[5] + e + ahead, t[6] + e + ahead, t[7] + e + ahead);
        double* later = from + 4 * stride;
        Transpose(Vector512.Load(from), Vector512.Load(from + stride), Vector512.Load(from + 2 * stride), Vector512.Load(from + 3 * stride),
            Vector512.Load(later), Vector512.Load(later + stride), Vector512.Load(later + 2 * stride), Vector512.Load(later + 3 * stride),
            out var r0, out var r1, out var r2, out var r3, out var r4, out var r5, out var r6, out var r7);
        r0.Store(t[0] + e); r1.Store(t[1] + e); r2.Store(t[2] + e); r3.Store(t[3] + e);
        r4.Store(t[4] + e); r5.Store(t[5] + e); r6.Store(t[6] + e); r7.Store(t[7] + e);
    }

    [MethodImpl(AggressiveInlining)]
    private static void ScatterFour(double* from, nint stride, double* t0, double* t1, double* t2, double* t3, int count, nint ahead)
    {
        if (count < 4)
        {
            for (int e = 0; e < count; e++, from += stride) (t0[e], t1[e], t2[e], t3[e]) = (from[0], from[1], from[2], from[3]);
            return;
        }
        for (int e = 0; e < count; e += 4)
        {
            if (e + 4 > count) e = count - 4; // the last block overlaps the one before
            double* block = from + e * stride;
            Prefetch(t0 + e + ahead, t1 + e + ahead, t2 + e + ahead, t3 + e + ahead);
            Transpose(Vector256.Load(block), Vector256.Load(block + stride), Vector256.Load(block + 2 * stride), Vector256.Load(block + 3 * stride),
                out var r0, out var r1, out var r2, out var r3);
            r0.Store(t0 + e); r1.Store(t1 + e); r2.Store(t2 + e); r3.Store(t3 + e);
        }
    }

    /// <summary>A hint only: an address outside the tensors does no harm.</summary>
    [MethodImpl(AggressiveInlining)]
    private static void Prefetch(double* p0, double* p1, double* p2, double* p3)
    {
        Sse.Prefetch0(p0); Sse.Prefetch0(p1); Sse.Prefetch0(p2); Sse.Prefetch0(p3);
    }

    /// <summary>Pairs within 128-bit quarters first, then quarters of four registers.</summary>
    [MethodImpl(AggressiveInlining)]
    private static void Transpose(
        Vector512<double> a, Vector512<double> b, Vector512<double> c, Vector512<double> d,
        Vector512<double> e, Vector512<double> f, Vector512<double> g, Vector512<double> h,
        out Vector512<double> r0, out Vector512<double> r1, out Vector512<double> r2, out Vector512<double> r3,
        out Vector512<double> r4, out Vector512<double> r5, out Vector512<double> r6, out Vector512<double> r7)
    {
        Quarters(Avx512F.UnpackLow(a, b), Avx512F.UnpackLow(c, d), Avx512F.UnpackLow(e, f), Avx512F.UnpackLow(g, h), out r0, out r2, out r4, out r6);
        Quarters(Avx512F.UnpackHigh(a, b), Avx512F.UnpackHigh(c, d), Avx512F.UnpackHigh(e, f), Avx512F.UnpackHigh(g, h), out r1, out r3, out r5, out r7);
    }

    /// <summary>q0 has the first quarters of a, b, c and d, q1 the second ones, and so on.</summary>
    [MethodImpl(AggressiveInlining)]
    private static void Quarters(Vector512<double> a, Vector512<double> b, Vector512<double> c, Vector512<double> d,
        out Vector512<double> q0, out Vector512<double> q1, out Vector512<double> q2, out Vector512<double> q3)
    {
        const byte even = 0x88, odd = 0xdd;
        var (abEven, cdEven) = (Avx512F.Shuffle4x128(a, b, even), Avx512F.Shuffle4x128(c, d, even));
        var (abOdd, cdOdd) = (Avx512F.Shuffle4x128(a, b, odd), Avx512F.Shuffle4x128(c, d, odd));
        q0 = Avx512F.Shuffle4x128(abEven, cdEven, even);
        q2 = Avx512F.Shuffle4x128(abEven, cdEven, odd);
        q1 = Avx512F.Shuffle4x128(abOdd, cdOdd, even);
        q3 = Avx512F.Shuffle4x128(abOdd, cdOdd, odd);
    }

    [MethodImpl(AggressiveInlining)]
    private static void Transpose(Vector256<double> a, Vector256<double> b, Vector256<double> c, Vector256<double> d,
        out Vector256<double> r0, out Vector256<double> r1, out Vector256<double> r2, out Vector256<double> r3)
    {
        var (ab0, ab1) = (Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b));
        var (cd0, cd1) = (Avx.UnpackLow(c, d), Avx.UnpackHigh(c, d));
        r0 = Avx.Permute2x128(ab0, cd0, 0x20);
        r1 = Avx.Permute2x128(ab1, cd1, 0x20);
        r2 = Avx.Permute2x128(ab0, cd0, 0x31);
        r3 = Avx.Permute2x128(ab1, cd1, 0x31);
    }
}
