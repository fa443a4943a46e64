using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// Between tensors, where a sequence's entries are contiguous, and lanes, where an entry's sequences are: a transposition,
/// four by four in registers where the processor can.
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
        if (Avx.IsSupported && width >= 4 && count >= 4)
        {
            for (int e = 0; e < count; e += 4)
            {
                if (e + 4 > count) e = count - 4; // the last block overlaps the one before
                if (width == 8) GatherEight(lanes + e * stride, stride, source, e, ahead);
                else GatherFour(lanes + e * stride, stride, source, e, ahead);
            }
            return;
        }
        for (int l = 0; l < width; l++)
            for (int e = 0; e < count; e++) lanes[e * stride + l] = source[l][e];
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
