using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>Entry-by-entry work on interleaved matrices.</summary>
internal static unsafe class LaneElementwise<V, M> where V : struct where M : struct, ILanes<V>
{
    [MethodImpl(AggressiveOptimization)]
    public static void Clear(in LaneMatrix matrix)
    {
        for (int i = 0; i < matrix.Rows; i++)
        {
            double* row = matrix.At(i, 0);
            for (int j = 0; j < matrix.Columns; j++, row += matrix.ColumnStride) M.Store(row, default);
        }
    }

    [MethodImpl(AggressiveOptimization)]
    public static void Copy(in LaneMatrix to, in LaneMatrix from)
    {
        for (int i = 0; i < from.Rows; i++)
        {
            double* target = to.At(i, 0), source = from.At(i, 0);
            for (int j = 0; j < from.Columns; j++, target += to.ColumnStride, source += from.ColumnStride) M.Store(target, M.Load(source));
        }
    }

    /// <summary>sum += value.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Add(in LaneMatrix sum, in LaneMatrix value)
    {
        for (int i = 0; i < value.Rows; i++)
        {
            double* target = sum.At(i, 0), source = value.At(i, 0);
            for (int j = 0; j < value.Columns; j++, target += sum.ColumnStride, source += value.ColumnStride)
                M.Store(target, M.Add(M.Load(target), M.Load(source)));
        }
    }

    /// <summary>Adds a column to each column.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void AddToColumns(in LaneMatrix sum, in LaneMatrix column)
    {
        for (int i = 0; i < sum.Rows; i++)
        {
            V value = M.Load(column.At(i, 0));
            double* row = sum.At(i, 0);
            for (int j = 0; j < sum.Columns; j++, row += sum.ColumnStride) M.Store(row, M.Add(M.Load(row), value));
        }
    }

    /// <summary>sum += J + Jᵀ.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void AddWithTranspose(in LaneMatrix sum, in LaneMatrix J)
    {
        for (int i = 0; i < J.Rows; i++)
            for (int j = 0; j <= i; j++)
            {
                V total = M.Add(M.Load(sum.At(i, j)), M.Add(M.Load(J.At(i, j)), M.Load(J.At(j, i))));
                M.Store(sum.At(i, j), total);
                M.Store(sum.At(j, i), total);
            }
    }

    /// <summary>Copies the lower triangle into both.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Mirror(in LaneMatrix to, in LaneMatrix lower)
    {
        for (int i = 0; i < to.Rows; i++)
            for (int j = 0; j <= i; j++)
            {
                V value = M.Load(lower.At(i, j));
                M.Store(to.At(i, j), value);
                M.Store(to.At(j, i), value);
            }
    }

    /// <summary>sum + Σ v_i².</summary>
    [MethodImpl(AggressiveOptimization)]
    public static V SumOfSquares(in LaneMatrix v, V sum)
    {
        for (int i = 0; i < v.Rows; i++)
        {
            V value = M.Load(v.At(i, 0));
            sum = M.MultiplyAdd(value, value, sum);
        }
        return sum;
    }

    /// <summary>Σ log K_ii, four factors to a logarithm.</summary>
    public static V LogDeterminant(in LaneMatrix K)
    {
        V sum = default, factors = M.Load(K.At(0, 0));
        for (int i = 1; i < K.Rows; i++)
        {
            V next = M.Load(K.At(i, i));
            if (i % 4 != 0) { factors = M.Multiply(factors, next); continue; }
            sum = M.Add(sum, M.Log(factors));
            factors = next;
        }
        return M.Add(sum, M.Log(factors));
    }
}
