using Microsoft.DotNet.Interactive.Formatting;

namespace Svae.Workbench.Display;

/// <summary>
/// How tensors, tables, and this library's distributions, posteriors, models and histories show themselves in a notebook. Our host asks
/// <see cref="View"/> itself; in another host built on .NET Interactive call <see cref="Register"/> once. (What implements
/// <see cref="IMimeBundle"/> needs no registration.)
/// </summary>
public static class WorkbenchFormatters
{
    /// <summary>Registers all of them with .NET Interactive's formatter; again is harmless.</summary>
    public static void Register()
    {
        foreach (Type type in View.Types)
        {
            Formatter.Register(type, (object value, TextWriter writer) => writer.Write(View.Of(value)!.ToMimeBundle()["text/html"]), "text/html");
            Formatter.Register(type, (object value, TextWriter writer) => writer.Write(View.Of(value)), "text/plain");
            Formatter.SetPreferredMimeTypesFor(type, "text/html", "text/plain");
        }
    }
}
