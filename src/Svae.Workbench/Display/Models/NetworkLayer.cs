using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>One layer of a network, or a parameter that stands beside its layers.</summary>
/// <param name="Path">Where it stands: "mean.perceptron.0".</param>
/// <param name="Kind">What it is: "Linear", "GELU", "parameter".</param>
/// <param name="Shape">"784 → 200", or the shape of a parameter; empty where there is none.</param>
/// <param name="Parameters">How many numbers it learns.</param>
internal sealed record NetworkLayer(string Path, string Kind, string Shape, long Parameters)
{
    /// <summary>The layers of a module, depth first.</summary>
    public static IEnumerable<NetworkLayer> Of(nn.Module module, string path = "")
    {
        var own = module.named_parameters(recurse: false).ToArray();
        var children = module.named_children().ToArray();
        if (children.Length == 0)
        {
            yield return new NetworkLayer(path, module.GetName(), Describe(own), own.Sum(p => p.parameter.numel()));
            yield break;
        }
        foreach (var (name, child) in children)
            foreach (NetworkLayer layer in Of(child, Join(path, name))) yield return layer;
        foreach (var (name, parameter) in own)
            yield return new NetworkLayer(Join(path, name), "parameter", Sizes(parameter), parameter.numel());
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>A weight [out, in, …] reads "in → out", with the size of its kernel if it has one.</summary>
    private static string Describe((string Name, TorchSharp.Modules.Parameter Value)[] own)
    {
        Tensor? weight = own.FirstOrDefault(p => p.Name == "weight").Value;
        if (weight is null || weight.dim() < 2) return string.Join(", ", own.Select(p => Sizes(p.Value)));
        string kernel = weight.dim() > 2 ? $", {string.Join(" × ", weight.shape[2..])}" : "";
        return $"{weight.shape[1]} → {weight.shape[0]}{kernel}";
    }

    private static string Sizes(Tensor value) => $"[{string.Join(", ", value.shape)}]";
}
