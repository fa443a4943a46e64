using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>Rows of K numbers padded to whole vectors of eight, which kernels work on; tensors hold them without the padding.</summary>
internal static unsafe class PaddedRow
{
    /// <summary>Doubles in a vector.</summary>
    public const int Lanes = 8;

    /// <summary>Length of a row of K numbers with its padding.</summary>
    public static int Padded(int K) => (K + Lanes - 1) / Lanes * Lanes;

    /// <summary>Rows [..., K] of a tensor with zeros up to whole vectors, contiguous.</summary>
    public static Tensor WholeVectors(Tensor rows)
    {
        long K = rows.shape[^1], padding = Padded((int)K) - K;
        return padding == 0 ? rows.contiguous() : nn.functional.pad(rows, [0, padding]).contiguous();
    }

    public static void Fill(double* row, int width, double value) => new Span<double>(row, width).Fill(value);

    /// <summary>Copies K numbers, not the padding.</summary>
    public static void Copy(double* from, double* to, int K) => Unsafe.CopyBlockUnaligned(to, from, (uint)(K * sizeof(double)));

    /// <summary>The entries k.. of a row of K numbers without padding, and zeros past its end, where nothing is read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> LoadPart(double* row, int k, int K) => k + Lanes <= K ? Vector512.Load(row + k) : LoadTail(row + k, K - k);

    /// <summary>Stores those of the entries k.. that a row of K numbers without padding has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePart(Vector512<double> value, double* row, int k, int K)
    {
        if (k + Lanes <= K) value.Store(row + k);
        else StoreTail(value, row + k, K - k);
    }

    /// <summary>row = exp(log − max), with zeros in the padding; returns max. What lies 700 below it becomes zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double ExpOverMax(double* log, double* row, int K)
    {
        int width = Padded(K), whole = K / Lanes * Lanes;
        Vector512<double> most = Vector512.Create(double.NegativeInfinity), lowest = Vector512.Create(-700.0);
        for (int k = 0; k < whole; k += Lanes) most = Vector512.Max(most, Vector512.Load(log + k));
        if (whole < K) most = Vector512.Max(most, Present(LoadTail(log + whole, K - whole), K - whole));
        Vector256<double> four = Vector256.Max(most.GetLower(), most.GetUpper());
        Vector128<double> two = Vector128.Max(four.GetLower(), four.GetUpper());
        double max = Math.Max(two[0], two[1]);
        for (int k = 0; k < width; k += Lanes)
        {
            // Clamped, because one entry out of range sends the whole vector down the exponential's slow path.
            Vector512<double> x = (k < whole ? Vector512.Load(log + k) : Present(LoadTail(log + k, K - k), K - k)) - Vector512.Create(max);
            Vector512.ConditionalSelect(Vector512.LessThan(x, lowest), default, Vector512.Exp(Vector512.Max(x, lowest))).Store(row + k);
        }
        return max;
    }

    /// <summary>The first <paramref name="count"/> entries, and −∞ after them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Present(Vector512<double> value, int count) => Vector512.ConditionalSelect(
        Vector512.LessThan(Vector512<double>.Indices, Vector512.Create((double)count)), value, Vector512.Create(double.NegativeInfinity));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> LoadTail(double* from, int count) => count >= 4
        ? Vector512.Create(Vector256.Load(from), LoadShortTail(from + 4, count - 4))
        : Vector512.Create(LoadShortTail(from, count), default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> LoadShortTail(double* from, int count) => count switch
    {
        0 => default,
        1 => Vector256.CreateScalar(*from),
        2 => Vector256.Create(Vector128.Load(from), default),
        _ => Vector256.Create(Vector128.Load(from), Vector128.CreateScalar(from[2])),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTail(Vector512<double> value, double* to, int count)
    {
        Vector256<double> rest = value.GetLower();
        if ((count & 4) != 0)
        {
            rest.Store(to);
            rest = value.GetUpper();
            to += 4;
        }
        Vector128<double> last = rest.GetLower();
        if ((count & 2) != 0)
        {
            last.Store(to);
            last = rest.GetUpper();
            to += 2;
        }
        if ((count & 1) != 0) *to = last.ToScalar();
    }
}
