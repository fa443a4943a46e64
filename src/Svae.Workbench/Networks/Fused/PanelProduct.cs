using System.Runtime.Intrinsics;

namespace Svae.Workbench.Networks.Fused;

/// <summary>
/// The three matrix products of a linear layer on a panel: features one below the other, points side by side, [features, width] with a width
/// that is a multiple of <see cref="Lanes"/>.
/// </summary>
internal static unsafe class PanelProduct
{
    /// <summary>Points in a vector register.</summary>
    public const int Lanes = 8;

    private const int Block = 8;

    /// <summary><c>Z = b + W X</c>, or <c>Z += b + W X</c>.</summary>
    /// <param name="weight">W, [outputs, inputs].</param>
    /// <param name="bias">b, [outputs], or null for none.</param>
    /// <param name="outputs">Rows of Z.</param>
    /// <param name="inputs">Rows of X.</param>
    /// <param name="x">X, [inputs, width].</param>
    /// <param name="z">Z, [outputs, width].</param>
    /// <param name="width">Points.</param>
    /// <param name="add">Whether Z keeps what it holds.</param>
    public static void Forward(float* weight, float* bias, int outputs, int inputs, float* x, float* z, int width, bool add = false) =>
        Multiply(weight, inputs, 1, bias, outputs, inputs, x, z, width, add);

    /// <summary><c>X̄ = Wᵀ Z̄</c>, or <c>X̄ += Wᵀ Z̄</c>.</summary>
    /// <inheritdoc cref="Forward" path="/param"/>
    public static void Backward(float* weight, int outputs, int inputs, float* z, float* x, int width, bool add = false) =>
        Multiply(weight, 1, inputs, null, inputs, outputs, z, x, width, add);

    /// <summary><c>W̄ += Z̄ Xᵀ</c> and <c>b̄ += Z̄ 1</c>.</summary>
    /// <param name="z">Z̄, [outputs, width].</param>
    /// <param name="outputs">Rows of Z̄.</param>
    /// <param name="x">X, [inputs, width].</param>
    /// <param name="inputs">Rows of X.</param>
    /// <param name="width">Points.</param>
    /// <param name="weight">W̄, [outputs, inputs].</param>
    /// <param name="bias">b̄, [outputs].</param>
    public static void Gradient(float* z, int outputs, float* x, int inputs, int width, float* weight, float* bias)
    {
        int o = 0;
        for (; o + 4 <= outputs; o += 4, z += 4 * width, weight += 4 * inputs)
            for (int i = 0; i < inputs; i += 2) FourByTwo(z, x + i * width, width, weight + i, inputs, i + 1 < inputs);
        for (int row = 0; row < outputs; row++) bias[row] += Sum(z + (row - o) * width, width);
        for (; o < outputs; o++, z += width, weight += inputs)
            for (int i = 0; i < inputs; i++) weight[i] += Dot(z, x + i * width, width);
    }

    /// <summary>Entry (row, k) of the left factor stands at <c>left[row · rowStep + k · step]</c>.</summary>
    private static void Multiply(float* left, int rowStep, int step, float* start, int rows, int inner, float* x, float* to, int width, bool add)
    {
        int row = 0;
        for (; row + Block <= rows; row += Block)
            for (int at = 0; at < width; at += Lanes) EightRows(left + row * rowStep, rowStep, step, start is null ? null : start + row, inner, x + at, to + row * width + at, width, add);
        for (; row < rows; row++)
            for (int at = 0; at < width; at += Lanes)
            {
                Vector256<float> sum = Vector256.Create(start is null ? 0 : start[row]), other = Vector256<float>.Zero; // two chains, for the latency
                float* a = left + row * rowStep, b = x + at;
                int k = inner;
                for (; k >= 2; k -= 2, a += 2 * step, b += 2 * width)
                {
                    sum = Vector256.MultiplyAddEstimate(Vector256.Create(*a), Vector256.Load(b), sum);
                    other = Vector256.MultiplyAddEstimate(Vector256.Create(a[step]), Vector256.Load(b + width), other);
                }
                if (k > 0) sum = Vector256.MultiplyAddEstimate(Vector256.Create(*a), Vector256.Load(b), sum);
                Put(sum + other, to + row * width + at, add);
            }
    }

    private static void EightRows(float* left, int rowStep, int step, float* start, int inner, float* x, float* to, int width, bool add)
    {
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        if (start is not null)
            (s0, s1, s2, s3, s4, s5, s6, s7) = (Vector256.Create(start[0]), Vector256.Create(start[1]), Vector256.Create(start[2]), Vector256.Create(start[3]),
                Vector256.Create(start[4]), Vector256.Create(start[5]), Vector256.Create(start[6]), Vector256.Create(start[7]));
        float* low = left, high = left + 4 * rowStep;
        int r2 = 2 * rowStep, r3 = 3 * rowStep;
        for (int k = inner; k > 0; k--, x += width, low += step, high += step)
        {
            Vector256<float> v = Vector256.Load(x);
            s0 = Vector256.MultiplyAddEstimate(Vector256.Create(low[0]), v, s0);
            s1 = Vector256.MultiplyAddEstimate(Vector256.Create(low[rowStep]), v, s1);
            s2 = Vector256.MultiplyAddEstimate(Vector256.Create(low[r2]), v, s2);
            s3 = Vector256.MultiplyAddEstimate(Vector256.Create(low[r3]), v, s3);
            s4 = Vector256.MultiplyAddEstimate(Vector256.Create(high[0]), v, s4);
            s5 = Vector256.MultiplyAddEstimate(Vector256.Create(high[rowStep]), v, s5);
            s6 = Vector256.MultiplyAddEstimate(Vector256.Create(high[r2]), v, s6);
            s7 = Vector256.MultiplyAddEstimate(Vector256.Create(high[r3]), v, s7);
        }
        Put(s0, to, add);
        Put(s1, to + width, add);
        Put(s2, to + 2 * width, add);
        Put(s3, to + 3 * width, add);
        Put(s4, to + 4 * width, add);
        Put(s5, to + 5 * width, add);
        Put(s6, to + 6 * width, add);
        Put(s7, to + 7 * width, add);
    }

    private static void Put(Vector256<float> value, float* to, bool add) => (add ? value + Vector256.Load(to) : value).Store(to);

    /// <summary>Inner products of four rows with two, or with one.</summary>
    private static void FourByTwo(float* z, float* x, int width, float* weight, int inputs, bool two)
    {
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        float* y = two ? x + width : x;
        for (int at = 0; at < width; at += Lanes)
        {
            Vector256<float> first = Vector256.Load(x + at), second = Vector256.Load(y + at), v = Vector256.Load(z + at);
            a0 = Vector256.MultiplyAddEstimate(v, first, a0);
            b0 = Vector256.MultiplyAddEstimate(v, second, b0);
            v = Vector256.Load(z + width + at);
            a1 = Vector256.MultiplyAddEstimate(v, first, a1);
            b1 = Vector256.MultiplyAddEstimate(v, second, b1);
            v = Vector256.Load(z + 2 * width + at);
            a2 = Vector256.MultiplyAddEstimate(v, first, a2);
            b2 = Vector256.MultiplyAddEstimate(v, second, b2);
            v = Vector256.Load(z + 3 * width + at);
            a3 = Vector256.MultiplyAddEstimate(v, first, a3);
            b3 = Vector256.MultiplyAddEstimate(v, second, b3);
        }
        weight[0] += Vector256.Sum(a0);
        weight[inputs] += Vector256.Sum(a1);
        weight[2 * inputs] += Vector256.Sum(a2);
        weight[3 * inputs] += Vector256.Sum(a3);
        if (!two) return;
        weight[1] += Vector256.Sum(b0);
        weight[inputs + 1] += Vector256.Sum(b1);
        weight[2 * inputs + 1] += Vector256.Sum(b2);
        weight[3 * inputs + 1] += Vector256.Sum(b3);
    }

    private static float Dot(float* a, float* b, int width)
    {
        Vector256<float> sum = default;
        for (int at = 0; at < width; at += Lanes) sum = Vector256.MultiplyAddEstimate(Vector256.Load(a + at), Vector256.Load(b + at), sum);
        return Vector256.Sum(sum);
    }

    private static float Sum(float* a, int width)
    {
        Vector256<float> sum = default;
        for (int at = 0; at < width; at += Lanes) sum += Vector256.Load(a + at);
        return Vector256.Sum(sum);
    }
}
