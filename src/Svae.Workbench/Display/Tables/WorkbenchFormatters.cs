using Microsoft.Data.Analysis;
using Microsoft.DotNet.Interactive.Formatting;
using TorchSharp;

namespace Svae.Workbench.Display;

/// <summary>
/// How tensors, data frames and this library's records of tensors show themselves in a notebook. Our host registers them; in another
/// host built on .NET Interactive call <see cref="Register"/> once. (What implements <see cref="IMimeBundle"/> needs no registration.)
/// </summary>
public static class WorkbenchFormatters
{
    /// <summary>Registers all of them with .NET Interactive's formatter; again is harmless.</summary>
    public static void Register()
    {
        Show(typeof(torch.Tensor), value => new TensorView((torch.Tensor)value));
        Show(typeof(DataFrame), value => new TableView((DataFrame)value));
        foreach (Type type in typeof(WorkbenchFormatters).Assembly.GetExportedTypes())
            if (RecordView.Suits(type) && type is { IsClass: true, IsAbstract: false }) Show(type, value => new RecordView(value));
    }

    private static void Show(Type type, Func<object, IMimeBundle> view)
    {
        foreach (string mime in new[] { "text/html", "text/plain" })
            Formatter.Register(type, (object value, TextWriter writer) => writer.Write(view(value).ToMimeBundle()[mime]), mime);
        Formatter.SetPreferredMimeTypesFor(type, "text/html", "text/plain");
    }
}
