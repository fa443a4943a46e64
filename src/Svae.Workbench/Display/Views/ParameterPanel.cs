using System.Reflection;

namespace Svae.Workbench.Display;

/// <summary>A model's parameters as a panel of their parts: each factor of q(θ) as the distribution that it is.</summary>
internal static class ParameterPanel
{
    /// <summary>Is this a record composed of distributions only, such as the parameters of a linear dynamical system?</summary>
    public static bool Suits(Type type) => Parts(type).ToArray() is { Length: > 0 } parts
        && parts.All(p => View.IsDistribution(p.PropertyType));

    public static IMimeBundle Of(object parameters) => new BundleStack(ModelGraph.Words(parameters.GetType().Name),
        [.. Parts(parameters.GetType()).Select(p => View.Of(p.GetValue(parameters)!, ModelGraph.Words(p.Name))!)]);

    private static IEnumerable<PropertyInfo> Parts(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.GetIndexParameters().Length == 0 && p.Name != "Blocks");
}
