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
        int done = 0;
        if (Avx.IsSupported && width >= 4)
        {
            done = count & ~3;
            for (int l = 0; l < width; l += 4)
            {
                double* s0 = source[l], s1 = source[l + 1], s2 = source[l + 2], s3 = source[l + 3], to = lanes + l;
                for (int e = 0; e < done; e += 4, to += 4 * stride)
                {
                    Prefetch(s0 + e + ahead, s1 + e + ahead, s2 + e + ahead, s3 + e + ahead);
                    Transpose(Vector256.Load(s0 + e), Vector256.Load(s1 + e), Vector256.Load(s2 + e), Vector256.Load(s3 + e),
                        out var r0, out var r1, out var r2, out var r3);
                    r0.Store(to); r1.Store(to + stride); r2.Store(to + 2 * stride); r3.Store(to + 3 * stride);
                }
            }
        }
        for (int l = 0; l < width; l++)
        {
            double* from = source[l];
            for (int e = done; e < count; e++) lanes[e * stride + l] = from[e];
        }
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
        int e = 0;
        for (; e + 4 <= count; e += 4, from += 4 * stride)
        {
            Prefetch(t0 + e + ahead, t1 + e + ahead, t2 + e + ahead, t3 + e + ahead);
            Transpose(Vector256.Load(from), Vector256.Load(from + stride), Vector256.Load(from + 2 * stride), Vector256.Load(from + 3 * stride),
                out var r0, out var r1, out var r2, out var r3);
            r0.Store(t0 + e); r1.Store(t1 + e); r2.Store(t2 + e); r3.Store(t3 + e);
        }
        for (; e < count; e++, from += stride) (t0[e], t1[e], t2[e], t3[e]) = (from[0], from[1], from[2], from[3]);
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
