using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Svae.Workbench.Networks.Fused;

/// <summary>The linear layers of a perceptron, as one kernel computes them: <c>f(u) = mlp(u)</c>, or <c>W u + b + mlp(u)</c> with a skip.</summary>
/// <param name="skip">The linear map beside the perceptron, if there is one.</param>
/// <param name="layers">The perceptron's layers, inputs → hidden … → outputs; at least two.</param>
/// <param name="activation">Between the layers.</param>
internal sealed class PerceptronLayers(Linear? skip, IReadOnlyList<Linear> layers, Activation activation)
{
    /// <summary>Sizes and activation.</summary>
    public PerceptronShape Shape { get; } =
        new([layers[0].weight!.shape[1], .. layers.Select(layer => layer.weight!.shape[0])], skip is not null, activation);

    /// <summary>Weight and bias of each layer, in the order of <see cref="PerceptronKernel"/>, as they are now.</summary>
    public IEnumerable<Tensor> Weights => (skip is null ? layers : layers.Prepend(skip)).SelectMany(layer => new Tensor[] { layer.weight!, layer.bias! });
}

/// <summary>Sizes of a perceptron.</summary>
/// <param name="Widths">Inputs, hidden …, outputs.</param>
/// <param name="Skip">Is there a linear map beside it?</param>
/// <param name="Activation">Between the layers.</param>
internal sealed record PerceptronShape(IReadOnlyList<long> Widths, bool Skip, Activation Activation)
{
    public int Inputs => (int)Widths[0];

    public int Outputs => (int)Widths[^1];

    /// <summary>Linear layers of the perceptron itself.</summary>
    public int Layers => Widths.Count - 1;

    /// <summary>Weight and bias tensors, those of the skip among them.</summary>
    public int Tensors => 2 * (Layers + (Skip ? 1 : 0));

    /// <summary>Rows that a panel keeps for the adjoint: each hidden layer's activations and their derivatives.</summary>
    public int TapeRows => 2 * (int)Widths.Skip(1).SkipLast(1).Sum();

    /// <summary>The widest layer.</summary>
    public int Widest => (int)Widths.Max();

    /// <summary>Multiplications for each point.</summary>
    public long Multiplications => Widths.Zip(Widths.Skip(1), (a, b) => a * b).Sum() + (Skip ? Widths[0] * Widths[^1] : 0);
}
