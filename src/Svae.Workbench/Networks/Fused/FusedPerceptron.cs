using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Networks.Fused;

/// <summary>
/// Small perceptrons on the CPU as one C# kernel. In a network of some forty units a layer costs less than to call it and to note it in
/// autograd's graph, so that all layers, of all networks that read the same input, are one call. Larger ones are faster in torch.
/// </summary>
internal static class FusedPerceptron
{
    /// <summary>Multiplications of a call above which torch's own products are faster.</summary>
    private const long Most = 12_000_000;

    /// <summary>Is this the faster way for this call, and one that it allows?</summary>
    /// <param name="u">Input, [..., inputs].</param>
    /// <param name="networks">The networks, all of which read u.</param>
    public static bool Suits(Tensor u, IReadOnlyList<PerceptronLayers> networks)
    {
        if (u.dtype != ScalarType.Float32 || u.device_type != DeviceType.CPU) return false;
        long inputs = networks[0].Shape.Inputs, points = u.numel() / inputs;
        return points > 0 && points * networks.Sum(network => network.Shape.Multiplications) <= Most
            && u.size(-1) == inputs
            && networks.SelectMany(network => network.Weights).All(w => w.dtype == ScalarType.Float32 && w.device_type == DeviceType.CPU && w.is_contiguous());
    }

    /// <summary>The networks' outputs, [..., outputs] each.</summary>
    /// <inheritdoc cref="Suits" path="/param"/>
    public static IReadOnlyList<Tensor> Call(Tensor u, IReadOnlyList<PerceptronLayers> networks)
    {
        using var scope = NewDisposeScope(); // around the whole call: what forward saves has to outlive forward
        PerceptronShape[] shapes = [.. networks.Select(network => network.Shape)];
        Tensor[] inputs = [u.contiguous(), .. networks.SelectMany(network => network.Weights)];
        List<Tensor> outputs = is_grad_enabled() && inputs.Any(input => input.requires_grad)
            ? PerceptronFunction.apply([.. inputs, shapes]) : PerceptronFunction.Run(inputs, shapes).Outputs;
        outputs.ForEach(output => output.MoveToOuterDisposeScope());
        return outputs;
    }
}
