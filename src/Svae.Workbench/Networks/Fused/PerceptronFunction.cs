using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Networks.Fused;

/// <summary>Perceptrons with one and the same input as one autograd function: (u, weights of all …, shapes) → an output of each. First derivatives only.</summary>
internal sealed unsafe class PerceptronFunction : autograd.MultiTensorFunction<PerceptronFunction>
{
    public override string Name => nameof(PerceptronFunction);

    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var plain = no_grad();
        ctx.set_materialize_grads(false);
        Tensor[] inputs = [.. vars.SkipLast(1).Cast<Tensor>()];
        var shapes = (PerceptronShape[])vars[^1];
        var (outputs, tape) = Run(inputs, shapes);
        ctx.save_for_backward([.. inputs, tape]);
        ctx.save_data("shapes", shapes);
        ctx.save_data("wanted", inputs[0].requires_grad);
        return outputs;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> outer)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        List<Tensor> saved = ctx.get_saved_variables();
        Tensor[] weights = [.. saved.Take(1..^1)], gradients = [.. weights.Select(weight => zeros_like(weight))];
        Tensor? input = (bool)ctx.get_data("wanted") ? empty_like(saved[0]) : null;
        Tensor?[] rows = [.. outer.Select(Native.Defined)];
        Adjoint((PerceptronShape[])ctx.get_data("shapes"), saved[0], saved[^1], weights, rows, gradients, input);
        return [input?.MoveToOuterDisposeScope()!, .. gradients.Select(gradient => gradient.MoveToOuterDisposeScope()), null!];
    }

    private static void Adjoint(PerceptronShape[] shapes, Tensor u, Tensor tapes, Tensor[] weights, Tensor?[] outer, Tensor[] gradients, Tensor? input)
    {
        int inputs = shapes[0].Inputs, widest = shapes.Max(shape => shape.Widest);
        var panels = new Panels((int)(u.numel() / inputs));
        using Tensor scratch = empty([2 * widest + inputs, panels.Width], ScalarType.Float32);
        float* left = Native.Floats(scratch), right = left + widest * panels.Width, inputPanel = input is null ? null : right + widest * panels.Width;
        float*[][] own = Split(weights, shapes), bars = Split(gradients, shapes);
        float* tape = Native.Floats(tapes);
        for (int panel = 0; panel < panels.Count; panel++)
        {
            float* x = tape;
            if (input is not null) new Span<float>(inputPanel, inputs * panels.Width).Clear();
            tape += inputs * panels.Width;
            for (int net = 0; net < shapes.Length; tape += shapes[net].TapeRows * panels.Width, net++)
            {
                if (outer[net] is not { } rows) continue;
                panels.Load(panel, Native.Floats(rows), shapes[net].Outputs, left);
                new PerceptronKernel(shapes[net], own[net], panels.Width).Backward(x, tape, left, bars[net], inputPanel, right);
            }
            if (input is not null) panels.Save(panel, inputPanel, inputs, Native.Floats(input));
        }
    }

    /// <summary>The outputs, [..., outputs] each, and what the adjoint needs: panel by panel u and the tape of each network.</summary>
    /// <param name="inputs">u [..., inputs] and the weights, contiguous float32.</param>
    /// <param name="shapes">The networks.</param>
    public static (List<Tensor> Outputs, Tensor Tape) Run(Tensor[] inputs, PerceptronShape[] shapes)
    {
        long[] leading = inputs[0].shape[..^1];
        var panels = new Panels((int)(inputs[0].numel() / shapes[0].Inputs));
        List<Tensor> outputs = [.. shapes.Select(shape => empty([.. leading, shape.Outputs], ScalarType.Float32))];
        Tensor kept = empty([panels.Count, shapes[0].Inputs + shapes.Sum(shape => shape.TapeRows), panels.Width], ScalarType.Float32);
        using Tensor scratch = empty([shapes.Max(shape => shape.Outputs), panels.Width], ScalarType.Float32);
        float*[][] weights = Split(inputs[1..], shapes);
        float* rows = Native.Floats(inputs[0]), tape = Native.Floats(kept), output = Native.Floats(scratch);
        for (int panel = 0; panel < panels.Count; panel++)
        {
            float* own = tape;
            panels.Load(panel, rows, shapes[0].Inputs, own);
            tape += shapes[0].Inputs * panels.Width;
            for (int net = 0; net < shapes.Length; tape += shapes[net].TapeRows * panels.Width, net++)
            {
                new PerceptronKernel(shapes[net], weights[net], panels.Width).Forward(own, tape, output);
                panels.Save(panel, output, shapes[net].Outputs, Native.Floats(outputs[net]));
            }
        }
        return (outputs, kept);
    }

    /// <summary>Where each network's weights stand.</summary>
    private static float*[][] Split(Tensor[] all, PerceptronShape[] shapes)
    {
        int at = 0;
        var split = new float*[shapes.Length][];
        for (int net = 0; net < shapes.Length; net++)
        {
            split[net] = new float*[shapes[net].Tensors];
            for (int i = 0; i < split[net].Length; i++) split[net][i] = Native.Floats(all[at++]);
        }
        return split;
    }
}
