using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Svae.Workbench.Networks;

/// <summary>The layers that networks are built of, and how their weights start.</summary>
internal static class Layers
{
    /// <summary>Linear layers with an activation after each but the last: inputs → hidden … → outputs; nothing without hidden layers.</summary>
    /// <param name="inputs">Input size.</param>
    /// <param name="outputs">Output size.</param>
    /// <param name="hidden">Width of each hidden layer.</param>
    /// <param name="activation">Between the layers.</param>
    /// <param name="layerNorm">Each hidden layer is normalised before its activation.</param>
    public static Sequential Perceptron(long inputs, long outputs, IReadOnlyList<long> hidden, Activation activation, bool layerNorm)
    {
        Sequential layers = Sequential();
        long width = inputs;
        foreach (long next in hidden)
        {
            layers.append(Linear(width, next));
            if (layerNorm) layers.append(LayerNorm(next));
            layers.append(Of(activation));
            width = next;
        }
        if (hidden.Count > 0) layers.append(Linear(width, outputs));
        return layers;
    }

    /// <summary>The activation as a layer.</summary>
    public static Module<Tensor, Tensor> Of(Activation activation) => activation switch
    {
        Activation.Tanh => Tanh(),
        Activation.Relu => ReLU(),
        _ => GELU(),
    };

    /// <summary>Weights uniform with variance gain²/fan-in, biases 0: outputs vary as much as inputs.</summary>
    /// <param name="weight">Weight.</param>
    /// <param name="bias">Bias.</param>
    /// <param name="fanIn">Inputs that an output sums over.</param>
    /// <param name="generator">Source of the weights.</param>
    /// <param name="gain">By how much outputs vary more than inputs.</param>
    public static void Start(Tensor weight, Tensor? bias, double fanIn, Generator generator, double gain = 1)
    {
        using var mode = no_grad();
        double bound = gain * Math.Sqrt(3.0 / fanIn);
        weight.uniform_(-bound, bound, generator);
        bias?.zero_();
    }

    /// <summary><see cref="Start(Tensor, Tensor, double, Generator, double)"/> for a linear layer.</summary>
    public static void Start(Linear layer, Generator generator, double gain = 1) =>
        Start(layer.weight!, layer.bias, layer.weight!.shape[1], generator, gain);

    /// <summary>The type of a module's weights, in which it computes; float32 for one without.</summary>
    public static ScalarType Precision(Module module) => module.parameters().FirstOrDefault()?.dtype ?? ScalarType.Float32;

    /// <summary>The last dimension of u is what the network takes.</summary>
    /// <exception cref="ArgumentException">Names the network, what it expects and what came.</exception>
    public static Tensor RequireInputs(Tensor u, string symbol, long size, string meaning) => u.dim() > 0 && u.shape[^1] == size ? u
        : throw new ArgumentException($"{symbol}: expected [..., {size}] ({meaning}), got [{string.Join(", ", u.shape)}]");
}
