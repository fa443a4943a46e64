using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>Products of a table of plain numbers, the same for all lanes, with columns of lanes.</summary>
internal static unsafe class LaneTable<V, M> where V : struct where M : struct, ILanes<V>
{
    /// <summary>to_i = Σ_j table[i·row + j·column] x_j, four rows at a time; plus <paramref name="start"/>_i where there is one.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void Multiply(double* table, nint row, nint column, int rows, int columns, double* x, double* start, double* to)
    {
        int w = M.Width, i = 0;
        for (; i + 4 <= rows; i += 4, to += 4 * w)
        {
            double* at = table + i * row, right = x;
            V s0 = default, s1 = default, s2 = default, s3 = default;
            if (start is not null)
            {
                (s0, s1, s2, s3) = (M.Load(start), M.Load(start + w), M.Load(start + 2 * w), M.Load(start + 3 * w));
                start += 4 * w;
            }
            for (int j = columns; j > 0; j--, at += column, right += w)
            {
                V value = M.Load(right);
                s0 = M.MultiplyAdd(M.Broadcast(at[0]), value, s0);
                s1 = M.MultiplyAdd(M.Broadcast(at[row]), value, s1);
                s2 = M.MultiplyAdd(M.Broadcast(at[2 * row]), value, s2);
                s3 = M.MultiplyAdd(M.Broadcast(at[3 * row]), value, s3);
            }
            M.Store(to, s0); M.Store(to + w, s1); M.Store(to + 2 * w, s2); M.Store(to + 3 * w, s3);
        }
        for (; i < rows; i++, to += w)
        {
            double* at = table + i * row, right = x;
            V sum = default;
            if (start is not null)
            {
                sum = M.Load(start);
                start += w;
            }
            for (int j = columns; j > 0; j--, at += column, right += w) sum = M.MultiplyAdd(M.Broadcast(*at), M.Load(right), sum);
            M.Store(to, sum);
        }
    }

    /// <summary>sum_ij += a_i b_j + c_i d_j, lane by lane.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void AddOuterProducts(double* a, double* b, double* c, double* d, int rows, int columns, double* sum)
    {
        int w = M.Width;
        for (int i = 0; i < rows; i++, a += w, c += w)
        {
            V left = M.Load(a), second = M.Load(c);
            double* right = b, other = d;
            for (int j = 0; j < columns; j++, right += w, other += w, sum += w)
                M.Store(sum, M.MultiplyAdd(left, M.Load(right), M.MultiplyAdd(second, M.Load(other), M.Load(sum))));
        }
    }

    /// <summary>Σ_i a_i b_i.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static V Dot(double* a, double* b, int count)
    {
        V sum = default;
        for (int w = M.Width; count > 0; count--, a += w, b += w) sum = M.MultiplyAdd(M.Load(a), M.Load(b), sum);
        return sum;
    }

    /// <summary>Σ_i a_i b_i c_i.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static V Dot(double* a, double* b, double* c, int count)
    {
        V sum = default;
        for (int w = M.Width; count > 0; count--, a += w, b += w, c += w) sum = M.MultiplyAdd(M.Multiply(M.Load(a), M.Load(b)), M.Load(c), sum);
        return sum;
    }

    /// <summary>to_i = a_i + scale · b_i.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static void AddScaled(double* a, V scale, double* b, double* to, int count)
    {
        for (int w = M.Width; count > 0; count--, a += w, b += w, to += w) M.Store(to, M.MultiplyAdd(scale, M.Load(b), M.Load(a)));
    }

    /// <summary>p_i = exp(a_i + b_i) / Σ; returns the logarithm of the sum.</summary>
    [MethodImpl(AggressiveOptimization)]
    public static V Softmax(double* a, double* b, int count, double* p)
    {
        int w = M.Width;
        V largest = M.Add(M.Load(a), M.Load(b)), sum = default;
        for (int i = 1; i < count; i++) largest = M.Max(largest, M.Add(M.Load(a + i * w), M.Load(b + i * w)));
        for (int i = 0; i < count; i++)
        {
            V value = M.Exp(M.Subtract(M.Add(M.Load(a + i * w), M.Load(b + i * w)), largest));
            M.Store(p + i * w, value);
            sum = M.Add(sum, value);
        }
        V scale = M.Divide(M.Broadcast(1), sum);
        for (int i = 0; i < count; i++) M.Store(p + i * w, M.Multiply(M.Load(p + i * w), scale));
        return M.Add(largest, M.Log(sum));
    }
}
