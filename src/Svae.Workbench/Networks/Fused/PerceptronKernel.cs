namespace Svae.Workbench.Networks.Fused;

/// <summary>
/// A perceptron and its adjoint on one panel of points (<see cref="PanelProduct"/>). Weights stand in the order W, b of the skip if there is
/// one, then of each layer.
/// </summary>
/// <param name="shape">Sizes.</param>
/// <param name="weights">Where the weights stand.</param>
/// <param name="width">Points of a panel.</param>
internal sealed unsafe class PerceptronKernel(PerceptronShape shape, float*[] weights, int width)
{
    private readonly int first = shape.Skip ? 2 : 0;

    /// <summary><c>f(u)</c>.</summary>
    /// <param name="u">Panel of inputs.</param>
    /// <param name="tape">Receives what the adjoint needs, <see cref="PerceptronShape.TapeRows"/> rows.</param>
    /// <param name="output">Receives the panel of outputs.</param>
    public void Forward(float* u, float* tape, float* output)
    {
        float* x = u;
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            var (inputs, outputs) = Sizes(layer);
            bool last = layer == shape.Layers - 1;
            float* z = last ? output : tape;
            PanelProduct.Forward(weights[first + 2 * layer], weights[first + 2 * layer + 1], outputs, inputs, x, z, width);
            if (last) break;
            float* derivative = tape + outputs * width;
            PanelActivation.Apply(shape.Activation, z, derivative, outputs * width);
            x = z;
            tape = derivative + outputs * width;
        }
        if (shape.Skip) PanelProduct.Forward(weights[0], weights[1], shape.Outputs, shape.Inputs, u, output, width, add: true);
    }

    /// <summary>The adjoint of <see cref="Forward"/>.</summary>
    /// <param name="u">Panel of inputs.</param>
    /// <param name="tape">What <see cref="Forward"/> kept.</param>
    /// <param name="outer">Gradients of the outputs, 0 where a panel has no point; overwritten.</param>
    /// <param name="gradients">Receive, added, the gradients of the weights.</param>
    /// <param name="input">Receives, added, the gradient of u; null where it is not wanted.</param>
    /// <param name="scratch">A panel of <see cref="PerceptronShape.Widest"/> rows, as is the one of the outer gradients.</param>
    public void Backward(float* u, float* tape, float* outer, float*[] gradients, float* input, float* scratch)
    {
        if (shape.Skip)
        {
            PanelProduct.Gradient(outer, shape.Outputs, u, shape.Inputs, width, gradients[0], gradients[1]);
            if (input is not null) PanelProduct.Backward(weights[0], shape.Outputs, shape.Inputs, outer, input, width, add: true);
        }
        tape += shape.TapeRows * width;
        for (int layer = shape.Layers - 1; layer >= 0; layer--)
        {
            var (inputs, outputs) = Sizes(layer);
            if (layer > 0) tape -= 2 * inputs * width;
            float* x = layer > 0 ? tape : u, weight = weights[first + 2 * layer];
            PanelProduct.Gradient(outer, outputs, x, inputs, width, gradients[first + 2 * layer], gradients[first + 2 * layer + 1]);
            if (layer > 0)
            {
                PanelProduct.Backward(weight, outputs, inputs, outer, scratch, width);
                PanelActivation.Multiply(scratch, tape + inputs * width, inputs * width);
                float* spent = outer;
                outer = scratch;
                scratch = spent;
            }
            else if (input is not null) PanelProduct.Backward(weight, outputs, inputs, outer, input, width, add: true);
        }
    }

    private (int Inputs, int Outputs) Sizes(int layer) => ((int)shape.Widths[layer], (int)shape.Widths[layer + 1]);
}
