using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Svae.Workbench.MessagePassing;

/// <summary>Arithmetic on short rows of doubles, which the just-in-time compiler does not put into vector registers by itself.</summary>
internal static unsafe class RowArithmetic
{
    /// <summary>to = from + scale · row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddScaled(double* from, double scale, double* row, double* to, int count)
    {
        int j = 0;
        Vector256<double> factor = Vector256.Create(scale);
        for (; j + 4 <= count; j += 4) (Vector256.Load(from + j) + factor * Vector256.Load(row + j)).Store(to + j);
        for (; j < count; j++) to[j] = from[j] + scale * row[j];
    }

    /// <summary>Σ a_j b_j.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Dot(double* a, double* b, int count)
    {
        int j = 0;
        Vector256<double> sums = default;
        for (; j + 4 <= count; j += 4) sums += Vector256.Load(a + j) * Vector256.Load(b + j);
        double sum = Vector256.Sum(sums);
        for (; j < count; j++) sum += a[j] * b[j];
        return sum;
    }
}
