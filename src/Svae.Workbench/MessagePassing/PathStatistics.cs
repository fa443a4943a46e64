using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Expected statistics of a path x_1..x_T laid out as rows of matrices, so that potentials are averaged over q(x) by matrix products:
/// for each frame <c>(E x, E x xᵀ)</c> with the lower triangle of the second moment alone, and for each pair <c>E x_t x_{t+1}ᵀ</c>.
/// </summary>
internal static class PathStatistics
{
    /// <summary>Numbers in a frame's row: n and the n(n+1)/2 of a triangle.</summary>
    public static long Width(long n) => n + n * (n + 1) / 2;

    /// <param name="mean">E x_t, shape [B, T, n].</param>
    /// <param name="covariance">Cov x_t, shape [B, T, n, n], symmetric.</param>
    /// <param name="cross">Cov(x_t, x_{t+1}), shape [B, T − 1, n, n].</param>
    /// <param name="form">Fused on the CPU unless another form is asked for.</param>
    /// <returns>Frames [B, T, n + n(n+1)/2] and pairs [B, T − 1, n²].</returns>
    public static (Tensor Frames, Tensor Pairs) Of(Tensor mean, Tensor covariance, Tensor cross, MessagePassingForm form)
    {
        if (mean.device_type == DeviceType.CPU && form is MessagePassingForm.Auto or MessagePassingForm.Fused)
        {
            using var scope = NewDisposeScope(); // around the whole call: what forward saves has to outlive forward
            List<Tensor> outputs = FusedPathStatistics.apply(mean, covariance, cross);
            return (outputs[0].MoveToOuterDisposeScope(), outputs[1].MoveToOuterDisposeScope());
        }
        long later = mean.shape[1] - 1;
        Tensor second = addcmul(covariance, mean.unsqueeze(3), mean.unsqueeze(2), value: 1).flatten(2);
        Tensor pairs = addcmul(cross, mean.narrow(1, 0, later).unsqueeze(3), mean.narrow(1, 1, later).unsqueeze(2), value: 1).flatten(2);
        return (cat([mean, second.index_select(2, LowerTriangle(mean.shape[2], mean.device))], 2), pairs);
    }

    /// <summary>Weights [n + n(n+1)/2, K] that turn frames into <c>−½ E xᵀJ_k x + h_kᵀ E x</c>.</summary>
    /// <param name="J">Shape [K, n, n]; its gradient is symmetric.</param>
    /// <param name="h">Shape [K, n].</param>
    public static Tensor Weights(Tensor J, Tensor h)
    {
        long n = h.shape[1];
        Tensor scale = (0.25 * eye(n, dtype: J.dtype, device: J.device) - 0.5).flatten(); // each off-diagonal entry stands for two
        Tensor symmetric = (J + J.mT).flatten(1) * scale;
        return cat([h, symmetric.index_select(1, LowerTriangle(n, J.device))], 1).t();
    }

    private static Tensor LowerTriangle(long n, Device device) =>
        tensor([.. from i in Enumerable.Range(0, (int)n) from j in Enumerable.Range(0, i + 1) select i * n + j], device: device);
}

/// <summary>One pass over the moments instead of an outer product, a sum and a selection in turn; backward likewise.</summary>
internal sealed unsafe class FusedPathStatistics : autograd.MultiTensorFunction<FusedPathStatistics>
{
    public override string Name => nameof(FusedPathStatistics);

    public override List<Tensor> forward(autograd.AutogradContext context, params object[] vars)
    {
        using var plain = no_grad();
        Tensor mean = ((Tensor)vars[0]).contiguous(), covariance = ((Tensor)vars[1]).contiguous(), cross = ((Tensor)vars[2]).contiguous();
        int B = (int)mean.shape[0], T = (int)mean.shape[1], n = (int)mean.shape[2], width = (int)PathStatistics.Width(n);
        Tensor frames = empty([B, T, width], ScalarType.Float64), pairs = empty([B, T - 1, n * n], ScalarType.Float64);
        double* m = Native.Doubles(mean), C = Native.Doubles(covariance), X = Address(cross), f = Native.Doubles(frames), p = Address(pairs);
        Native.ParallelFor(B, Native.Workers(B), (_, b) => Forward(
            m + (long)b * T * n, C + (long)b * T * n * n, X + (long)b * (T - 1) * n * n, f + (long)b * T * width, p + (long)b * (T - 1) * n * n, T, n));
        context.set_materialize_grads(false);
        context.save_for_backward([mean]);
        return [frames, pairs];
    }

    public override List<Tensor> backward(autograd.AutogradContext context, List<Tensor> gradients)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        Tensor mean = context.get_saved_variables()[0];
        int B = (int)mean.shape[0], T = (int)mean.shape[1], n = (int)mean.shape[2], width = (int)PathStatistics.Width(n);
        Tensor Defined(int i, params long[] shape) => gradients[i] is { IsInvalid: false } g ? g.contiguous() : zeros(shape, ScalarType.Float64);
        Tensor frames = Defined(0, B, T, width), pairs = Defined(1, B, T - 1, n * n);
        Tensor toMean = empty([B, T, n], ScalarType.Float64), toCovariance = empty([B, T, n, n], ScalarType.Float64);
        double* m = Native.Doubles(mean), f = Native.Doubles(frames), p = Address(pairs), dm = Native.Doubles(toMean), dC = Native.Doubles(toCovariance);
        Native.ParallelFor(B, Native.Workers(B), (_, b) => Backward(
            m + (long)b * T * n, f + (long)b * T * width, p + (long)b * (T - 1) * n * n, dm + (long)b * T * n, dC + (long)b * T * n * n, T, n));
        Tensor toCross = pairs.reshape(B, T - 1, n, n);
        return [toMean.MoveToOuterDisposeScope(), toCovariance.MoveToOuterDisposeScope(), toCross.MoveToOuterDisposeScope()];
    }

    private static double* Address(Tensor value) => value.numel() == 0 ? null : Native.Doubles(value);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward(double* m, double* C, double* X, double* frame, double* pair, int T, int n)
    {
        for (int t = 0; t < T; t++, m += n)
        {
            for (int i = 0; i < n; i++) *frame++ = m[i];
            for (int i = 0; i < n; i++, C += n)
                for (int j = 0; j <= i; j++) *frame++ = C[j] + m[i] * m[j];
            if (t == T - 1) break;
            double* next = m + n;
            for (int i = 0; i < n; i++, X += n, pair += n)
                for (int j = 0; j < n; j++) pair[j] = X[j] + m[i] * next[j];
        }
    }

    /// <summary>The adjoint: x xᵀ hands ∂ to both of its factors, and the covariance's gradient is made symmetric.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward(double* m, double* frame, double* pair, double* dm, double* dC, int T, int n)
    {
        for (int i = 0; i < n; i++) dm[i] = 0;
        for (int t = 0; t < T; t++, m += n, dm += n, dC += n * n)
        {
            for (int i = 0; i < n; i++) dm[i] += *frame++;
            for (int i = 0; i < n; i++)
            {
                double sum = 0;
                for (int j = 0; j < i; j++)
                {
                    double g = *frame++;
                    dC[i * n + j] = dC[j * n + i] = 0.5 * g;
                    sum += g * m[j];
                    dm[j] += g * m[i];
                }
                double diagonal = *frame++;
                dC[i * n + i] = diagonal;
                dm[i] += sum + 2 * diagonal * m[i];
            }
            if (t == T - 1) break;
            double* next = m + n, toNext = dm + n;
            for (int j = 0; j < n; j++) toNext[j] = 0;
            for (int i = 0; i < n; i++, pair += n)
            {
                double sum = 0;
                for (int j = 0; j < n; j++)
                {
                    sum += pair[j] * next[j];
                    toNext[j] += pair[j] * m[i];
                }
                dm[i] += sum;
            }
        }
    }
}
