using Microsoft.Data.Analysis;
using Microsoft.DotNet.Interactive.Formatting;
using TorchSharp;

namespace Svae.Notebooks.Formatting;

/// <summary>How the types of other libraries show themselves in a cell's output.</summary>
internal static class StandardFormatters
{
    private static readonly Lazy<bool> Registered = new(RegisterAll);

    /// <summary>Registers them with .NET Interactive's formatter, once per process.</summary>
    public static void Register() => _ = Registered.Value;

    private static bool RegisterAll()
    {
        Formatter.Register<DataFrame>(DataFrameFormatter.ToHtml, "text/html");
        Formatter.Register<DataFrame>(DataFrameFormatter.ToText, "text/plain");
        Formatter.SetPreferredMimeTypesFor(typeof(DataFrame), "text/html", "text/plain");
        Formatter.Register<torch.Tensor>(TensorFormatter.ToText, "text/plain");
        Formatter.Register<torch.Tensor>(TensorFormatter.ToHtml, "text/html");
        Formatter.SetPreferredMimeTypesFor(typeof(torch.Tensor), "text/plain");
        return true;
    }
}
