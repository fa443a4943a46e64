using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Networks.Fused;

/// <summary>
/// Gaussian potentials of networks' outputs as one autograd function: (m, u, c or nothing, range) → (J, h). For small problems on the CPU, where
/// its fifteen tensor operations cost more to call than to carry out. First derivatives only.
/// </summary>
internal sealed unsafe class PotentialFunction : autograd.MultiTensorFunction<PotentialFunction>
{
    /// <summary>Entries of all J above which tensor operations are faster.</summary>
    private const long Most = 4096;

    /// <summary>Latent dimension up to which a kernel's memory is small.</summary>
    private const long LargestDimension = 64;

    /// <summary>Is this the faster way for these outputs, and one that they allow?</summary>
    public static bool Suits(Tensor mean, Tensor precision, Tensor? coupling)
    {
        long entries = mean.numel() * (coupling is null ? 1 : mean.size(-1));
        return entries is > 0 and <= Most && mean.size(-1) <= LargestDimension && new[] { mean, precision, coupling ?? mean }.All(output => output.dtype == ScalarType.Float32 && output.device_type == DeviceType.CPU);
    }

    /// <inheritdoc cref="GaussianPotentials.Of"/>
    public static NodePotentials Call(PrecisionRange range, Tensor mean, Tensor precision, Tensor? coupling)
    {
        using var scope = NewDisposeScope(); // around the whole call: what forward saves has to outlive forward
        Tensor[] inputs = [mean.contiguous(), precision.contiguous(), .. coupling is null ? Array.Empty<Tensor>() : [coupling.contiguous()]];
        List<Tensor> outputs = is_grad_enabled() && inputs.Any(input => input.requires_grad) ? apply([.. inputs, range]) : Run(inputs, range);
        return new NodePotentials(outputs[0].MoveToOuterDisposeScope(), outputs[1].MoveToOuterDisposeScope());
    }

    public override string Name => nameof(PotentialFunction);

    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var plain = no_grad();
        ctx.set_materialize_grads(false);
        Tensor[] inputs = [.. vars.SkipLast(1).Cast<Tensor>()];
        List<Tensor> outputs = Run(inputs, (PrecisionRange)vars[^1]);
        ctx.save_for_backward([.. inputs, outputs[0].detach()]);
        ctx.save_data("range", vars[^1]);
        return outputs;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> outer)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        List<Tensor> saved = ctx.get_saved_variables();
        Tensor?[] gradients = [.. outer.Select(Native.Defined)];
        Tensor[] inner = [.. saved.SkipLast(1).Select(input => empty_like(input))];
        bool dense = inner.Length == 3;
        int n = (int)saved[0].size(-1), points = (int)(saved[0].numel() / n), entries = n * (n - 1) / 2, block = dense ? n * n : n;
        double* memory = stackalloc double[PotentialKernel.Room(n)];
        var kernel = new PotentialKernel((PrecisionRange)ctx.get_data("range"), n, memory);
        float* m = Native.Floats(saved[0]), u = Native.Floats(saved[1]), c = dense ? Native.Floats(saved[2]) : null;
        float* mBar = Native.Floats(inner[0]), uBar = Native.Floats(inner[1]), cBar = dense ? Native.Floats(inner[2]) : null;
        double* J = Native.Doubles(saved[^1]), JBar = gradients[0] is { } first ? Native.Doubles(first) : null, hBar = gradients[1] is { } second ? Native.Doubles(second) : null;
        for (int i = 0; i < points; i++, m += n, u += n, mBar += n, uBar += n, J += block)
        {
            kernel.Backward(m, u, c, J, JBar, hBar, mBar, uBar, cBar);
            if (JBar is not null) JBar += block;
            if (hBar is not null) hBar += n;
            if (!dense) continue;
            c += entries;
            cBar += entries;
        }
        return [.. inner.Select(gradient => gradient.MoveToOuterDisposeScope()), null!];
    }

    private static List<Tensor> Run(Tensor[] inputs, PrecisionRange range)
    {
        bool dense = inputs.Length == 3;
        long[] shape = inputs[0].shape;
        int n = (int)shape[^1], points = (int)(inputs[0].numel() / n), entries = n * (n - 1) / 2;
        Tensor precision = empty(dense ? [.. shape, n] : shape, ScalarType.Float64), linear = empty(shape, ScalarType.Float64);
        double* memory = stackalloc double[PotentialKernel.Room(n)];
        var kernel = new PotentialKernel(range, n, memory);
        float* m = Native.Floats(inputs[0]), u = Native.Floats(inputs[1]), c = dense ? Native.Floats(inputs[2]) : null;
        double* J = Native.Doubles(precision), h = Native.Doubles(linear);
        for (int i = 0; i < points; i++, m += n, u += n, J += dense ? n * n : n, h += n, c += dense ? entries : 0) kernel.Forward(m, u, c, J, h);
        return [precision, linear];
    }
}
