using Svae.Workbench.Networks.Fused;
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
    /// <param name="activation">Between the perceptron's layers.</param>
    /// <param name="layerNorm">Each hidden layer is normalised before its activation.</param>
    public ResidualPerceptron(long inputs, long outputs, IReadOnlyList<long> hidden, Generator generator,
        Activation activation = Activation.Gelu, bool layerNorm = false) : base(nameof(ResidualPerceptron))
    {
        skip = Linear(inputs, outputs);
        perceptron = Layers.Perceptron(inputs, outputs, hidden, activation, layerNorm);
        RegisterComponents();
        var linear = perceptron.children().OfType<Linear>().ToArray();
        foreach (Linear layer in linear.Prepend(skip)) Layers.Start(layer, generator, layer == linear.LastOrDefault() ? 0.01 : 1);
        if (linear.Length > 0 && !layerNorm) Fused = new PerceptronLayers(skip, linear, activation);
    }

    /// <summary>The layers as one kernel computes them; null where none does.</summary>
    internal PerceptronLayers? Fused { get; }

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

    /// <summary>
    /// Sets the linear part to a random partial isometry with b = 0: orthonormal rows or columns, whichever are fewer, so that
    /// nothing is stretched. What Johnson et al. (2016) start from where no principal components are given.
    /// </summary>
    /// <param name="generator">Source of the rotation.</param>
    public void SetIsometry(Generator generator)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var (rows, columns) = (skip.weight!.shape[0], skip.weight.shape[1]);
        Tensor Q = linalg.qr(randn([Math.Max(rows, columns), Math.Min(rows, columns)], generator: generator)).Q;
        SetLinear(rows >= columns ? Q : Q.t(), zeros(rows));
    }

    /// <summary>f(u), any leading dimensions.</summary>
    public override Tensor forward(Tensor u) => OfAll(u, this)[0];

    /// <summary>f(u) of several networks that read the same input: together where that is faster.</summary>
    /// <param name="u">Input, [..., inputs].</param>
    /// <param name="networks">At least one.</param>
    internal static IReadOnlyList<Tensor> OfAll(Tensor u, params IReadOnlyList<ResidualPerceptron> networks)
    {
        PerceptronLayers[] fused = [.. networks.Select(network => network.Fused).OfType<PerceptronLayers>()];
        return fused.Length == networks.Count && FusedPerceptron.Suits(u, fused) ? FusedPerceptron.Call(u, fused) : [.. networks.Select(network => network.InLayers(u))];
    }

    /// <summary>f(u), layer by layer.</summary>
    internal Tensor InLayers(Tensor u)
    {
        Tensor straight = skip.call(u);
        return perceptron.Count == 0 ? straight : straight + perceptron.call(u);
    }
}
