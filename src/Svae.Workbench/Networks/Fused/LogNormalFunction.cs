using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Networks.Fused;

/// <summary>
/// <c>Σ_d log N(y_d; μ_d, exp(log variance_d))</c> as one autograd function: (y, μ, log variance) → [...], for few numbers on the CPU. First
/// derivatives, in μ and the log variance.
/// </summary>
internal sealed unsafe class LogNormalFunction : autograd.SingleTensorFunction<LogNormalFunction>
{
    /// <summary>Outputs above which tensor operations are faster.</summary>
    private const long Most = 16_384;

    /// <summary>Observation size up to which a kernel's memory is small.</summary>
    private const long LargestSize = 1024;

    /// <summary>Is this the faster way for these, and one that they allow?</summary>
    /// <param name="y">[..., D].</param>
    /// <param name="mean">[..., D], perhaps with more dimensions before those of y.</param>
    /// <param name="logVariance">[D] or [1].</param>
    public static bool Suits(Tensor y, Tensor mean, Tensor logVariance) =>
        mean.numel() is > 0 and <= Most && !y.requires_grad && y.dim() > 0 && y.size(-1) <= LargestSize && mean.dim() >= y.dim() && logVariance.dim() == 1
        && new[] { y, mean, logVariance }.All(t => t.dtype == ScalarType.Float32 && t.device_type == DeviceType.CPU)
        && mean.shape.AsSpan((int)(mean.dim() - y.dim())).SequenceEqual(y.shape) && (logVariance.numel() == 1 || logVariance.numel() == y.size(-1));

    /// <summary>Nats, the shape of μ without its last dimension.</summary>
    /// <inheritdoc cref="Suits" path="/param"/>
    public static Tensor Call(Tensor y, Tensor mean, Tensor logVariance)
    {
        using var scope = NewDisposeScope(); // around the whole call: what forward saves has to outlive forward
        Tensor[] inputs = [y.contiguous(), mean.contiguous(), logVariance.contiguous()];
        return (is_grad_enabled() && inputs.Any(input => input.requires_grad) ? apply([.. inputs]) : Run(inputs)).MoveToOuterDisposeScope();
    }

    public override string Name => nameof(LogNormalFunction);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var plain = no_grad();
        Tensor[] inputs = [.. vars.Cast<Tensor>()];
        ctx.save_for_backward([.. inputs]);
        return Run(inputs);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor outer)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        List<Tensor> saved = ctx.get_saved_variables();
        Tensor mean = empty_like(saved[1]), logVariance = zeros_like(saved[2]), gradient = outer.contiguous();
        int size = (int)saved[0].size(-1), points = (int)(mean.numel() / size), shared = saved[2].numel() == 1 ? 0 : 1;
        double* precision = stackalloc double[size], sums = stackalloc double[size];
        Precisions(saved[2], size, precision);
        new Span<double>(sums, size).Clear();
        float* y = Native.Floats(saved[0]), m = Native.Floats(saved[1]), g = Native.Floats(gradient), mBar = Native.Floats(mean), vBar = Native.Floats(logVariance);
        long period = saved[0].numel() / size;
        for (int i = 0; i < points; i++, m += size, mBar += size)
            for (int d = 0; d < size; d++)
            {
                double deviation = y[i % period * size + d] - m[d], scaled = deviation * precision[d];
                mBar[d] = (float)(g[i] * scaled);
                sums[d] += 0.5 * g[i] * (deviation * scaled - 1);
            }
        for (int d = 0; d < size; d++) vBar[d * shared] += (float)sums[d];
        return [null!, mean.MoveToOuterDisposeScope(), logVariance.MoveToOuterDisposeScope()];
    }

    private static Tensor Run(Tensor[] inputs)
    {
        Tensor total = empty(inputs[1].shape[..^1], ScalarType.Float32);
        int size = (int)inputs[0].size(-1), points = (int)(inputs[1].numel() / size);
        double* precision = stackalloc double[size];
        double constant = -0.5 * (size * Math.Log(2 * Math.PI) - Precisions(inputs[2], size, precision));
        float* y = Native.Floats(inputs[0]), m = Native.Floats(inputs[1]), to = Native.Floats(total);
        long period = inputs[0].numel() / size;
        for (int i = 0; i < points; i++, m += size)
        {
            double sum = 0;
            for (int d = 0; d < size; d++)
            {
                double deviation = y[i % period * size + d] - m[d];
                sum += deviation * deviation * precision[d];
            }
            to[i] = (float)(constant - 0.5 * sum);
        }
        return total;
    }

    /// <summary>1/σ² of every output; returns the sum of their logs.</summary>
    private static double Precisions(Tensor logVariance, int size, double* precision)
    {
        float* from = Native.Floats(logVariance);
        int shared = logVariance.numel() == 1 ? 0 : 1;
        double sum = 0;
        for (int d = 0; d < size; d++)
        {
            precision[d] = Math.Exp(-from[d * shared]);
            sum -= from[d * shared];
        }
        return sum;
    }
}
