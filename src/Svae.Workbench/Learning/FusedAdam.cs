using Svae.Workbench.MessagePassing;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Svae.Workbench.Learning;

/// <summary>
/// Adam (Kingma and Ba 2015) in one loop over each weight tensor on the CPU. TorchSharp's own does the same by eight tensor operations for
/// each, which for small networks take longer than the gradient. Its state, and so its checkpoints, are those of
/// <see cref="Adam"/>, which also does what is not float32 on the CPU.
/// </summary>
internal sealed unsafe class FusedAdam(IEnumerable<Parameter> weights, double rate, double weightDecay) : Adam(weights, lr: rate, weight_decay: weightDecay)
{
    /// <inheritdoc/>
    public override Tensor step(Func<Tensor>? closure = null)
    {
        if (closure is not null || !parameters().All(Suits)) return base.step(closure);
        using var mode = no_grad();
        foreach (var group in _parameter_groups)
            foreach (Parameter weight in group.Parameters)
                if (weight.grad is { } gradient) Update(weight, gradient, (State)_state[weight.Handle], (Options)group.Options);
        return null!;
    }

    private static bool Suits(Parameter weight) => weight.dtype == ScalarType.Float32 && weight.device_type == DeviceType.CPU && weight.is_contiguous();

    private static void Update(Tensor weight, Tensor gradient, State state, Options options)
    {
        using Tensor whole = gradient.contiguous();
        state.step++;
        float beta1 = (float)options.beta1!.Value, beta2 = (float)options.beta2!.Value, decay = (float)options.weight_decay!.Value, epsilon = (float)options.eps!.Value;
        float step = (float)(options.LearningRate!.Value / (1 - Math.Pow(options.beta1.Value, state.step)));
        float scale = (float)(1 / Math.Sqrt(1 - Math.Pow(options.beta2.Value, state.step)));
        float* w = Native.Floats(weight), g = Native.Floats(whole), mean = Native.Floats(state.exp_avg), square = Native.Floats(state.exp_avg_sq);
        for (long left = weight.numel(); left > 0; left--, w++, g++, mean++, square++)
        {
            float slope = *g + decay * *w;
            *mean = beta1 * *mean + (1 - beta1) * slope;
            *square = beta2 * *square + (1 - beta2) * slope * slope;
            *w -= step * *mean / (scale * MathF.Sqrt(*square) + epsilon);
        }
    }
}
