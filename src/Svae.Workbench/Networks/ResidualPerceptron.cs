using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Svae.Workbench.Networks;

/// <summary>
/// A linear map plus a multilayer perceptron, <c>f(u) = W u + b + mlp(u)</c>: the residual network of Johnson et
/// al. (2016). The perceptron's last layer starts small, so a network starts out nearly linear.
/// </summary>
public sealed class ResidualPerceptron : Module<Tensor, Tensor>
{
    private readonly Linear skip;
    private readonly Sequential perceptron;

    /// <param name="inputs">Input size.</param>
    /// <param name="outputs">Output size.</param>
    /// <param name="hidden">Width of each hidden layer; none gives the linear map alone.</param>
    /// <param name="generator">Source of the initial weights.</param>
    public ResidualPerceptron(long inputs, long outputs, IReadOnlyList<long> hidden, Generator generator) : base(nameof(ResidualPerceptron))
    {
        skip = Linear(inputs, outputs);
        perceptron = Sequential();
        long width = inputs;
        for (int layer = 0; layer < hidden.Count; layer++, width = hidden[layer - 1])
        {
            perceptron.append(Linear(width, hidden[layer]));
            perceptron.append(GELU());
        }
        if (hidden.Count > 0) perceptron.append(Linear(width, outputs));
        RegisterComponents();
        using var mode = no_grad();
        var layers = perceptron.children().OfType<Linear>().ToArray();
        foreach (Linear layer in layers.Prepend(skip)) Start(layer, generator, layer == layers.LastOrDefault() ? 0.01 : 1);
    }

    /// <summary>Sets the linear part, for instance to principal components.</summary>
    /// <param name="weight">W, shape [outputs, inputs].</param>
    /// <param name="bias">b, shape [outputs].</param>
    public void SetLinear(Tensor weight, Tensor bias)
    {
        using var mode = no_grad();
        Guard.Shape(weight, "linear weight", ("output", skip.weight!.shape[0]), ("input", skip.weight.shape[1]));
        skip.weight.copy_(weight);
        skip.bias!.copy_(bias);
    }

    /// <summary>f(u), any leading dimensions.</summary>
    public override Tensor forward(Tensor u)
    {
        Tensor straight = skip.call(u);
        return perceptron.Count == 0 ? straight : straight + perceptron.call(u);
    }

    private static void Start(Linear layer, Generator generator, double gain)
    {
        double bound = gain * Math.Sqrt(3.0 / layer.weight!.shape[1]);
        layer.weight.uniform_(-bound, bound, generator);
        layer.bias!.zero_();
    }
}
