using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Svae.Workbench.MessagePassing;

/// <summary>Rows of K numbers padded to whole vectors of eight, which kernels work on; tensors hold them without the padding.</summary>
internal static unsafe class PaddedRow
{
    /// <summary>Doubles in a vector.</summary>
    public const int Lanes = 8;

    /// <summary>Length of a row of K numbers with its padding.</summary>
    public static int Padded(int K) => (K + Lanes - 1) / Lanes * Lanes;

    public static void Fill(double* row, int width, double value) => new Span<double>(row, width).Fill(value);

    /// <summary>Copies K numbers, not the padding.</summary>
    public static void Copy(double* from, double* to, int K) => Unsafe.CopyBlockUnaligned(to, from, (uint)(K * sizeof(double)));

    /// <summary>Stores those of the entries k.. that a row of K numbers without padding has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePart(Vector512<double> value, double* row, int k, int K)
    {
        if (k + Lanes <= K) value.Store(row + k);
        else for (int lane = 0; lane < K - k; lane++) row[k + lane] = value[lane];
    }

    /// <summary>row = exp(log − max), with zeros in the padding; returns max. What lies 700 below it becomes zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double ExpOverMax(double* log, double* row, int K)
    {
        int width = Padded(K);
        Copy(log, row, K);
        for (int k = K; k < width; k++) row[k] = double.NegativeInfinity;
        Vector512<double> most = Vector512.Load(row), lowest = Vector512.Create(-700.0);
        for (int k = Lanes; k < width; k += Lanes) most = Vector512.Max(most, Vector512.Load(row + k));
        Vector256<double> four = Vector256.Max(most.GetLower(), most.GetUpper());
        Vector128<double> two = Vector128.Max(four.GetLower(), four.GetUpper());
        double max = Math.Max(two[0], two[1]);
        for (int k = 0; k < width; k += Lanes)
        {
            // Clamped, because one entry out of range sends the whole vector down the exponential's slow path.
            Vector512<double> x = Vector512.Load(row + k) - Vector512.Create(max);
            Vector512.ConditionalSelect(Vector512.LessThan(x, lowest), default, Vector512.Exp(Vector512.Max(x, lowest))).Store(row + k);
        }
        return max;
    }
}
