using Svae.Workbench.Networks.Fused;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Svae.Workbench.Networks;

/// <summary>A multilayer perceptron: linear layers with an activation between them.</summary>
public sealed class MultilayerPerceptron : Module<Tensor, Tensor>
{
    private readonly Sequential layers;
    private readonly PerceptronLayers[] fused = []; // this network, where a kernel computes it
    private readonly long inputs;

    /// <param name="inputs">Input size.</param>
    /// <param name="outputs">Output size.</param>
    /// <param name="hidden">Width of each hidden layer, at least one; for a linear map alone see <see cref="ResidualPerceptron"/>.</param>
    /// <param name="generator">Source of the initial weights.</param>
    /// <param name="activation">Between the layers.</param>
    /// <param name="layerNorm">Each hidden layer is normalised before its activation.</param>
    /// <exception cref="ArgumentException">There is no hidden layer.</exception>
    public MultilayerPerceptron(long inputs, long outputs, IReadOnlyList<long> hidden, Generator generator,
        Activation activation = Activation.Gelu, bool layerNorm = false) : base(nameof(MultilayerPerceptron))
    {
        if (hidden.Count == 0) throw new ArgumentException("hidden: expected at least one hidden layer, got none; use ResidualPerceptron for a linear map");
        this.inputs = inputs;
        layers = Layers.Perceptron(inputs, outputs, hidden, activation, layerNorm);
        RegisterComponents();
        Linear[] linear = [.. layers.children().OfType<Linear>()];
        foreach (Linear layer in linear) Layers.Start(layer, generator);
        if (!layerNorm) fused = [new PerceptronLayers(null, linear, activation)];
    }

    /// <summary>The network's output, [..., outputs], for inputs [..., inputs].</summary>
    /// <exception cref="ArgumentException">The last dimension is not the input size.</exception>
    public override Tensor forward(Tensor u)
    {
        Layers.RequireInputs(u, "u", inputs, "input");
        return fused.Length > 0 && FusedPerceptron.Suits(u, fused) ? FusedPerceptron.Call(u, fused)[0] : InLayers(u);
    }

    /// <summary>The network's output, layer by layer.</summary>
    internal Tensor InLayers(Tensor u) => layers.call(u);
}
