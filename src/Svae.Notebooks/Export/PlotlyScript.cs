using System.Reflection;

namespace Svae.Notebooks.Export;

/// <summary>plotly.js, as Plotly.NET carries it inside its assembly.</summary>
internal static class PlotlyScript
{
    /// <summary>The library's text, safe to stand in a script element.</summary>
    public static string Text()
    {
        var assembly = Assembly.Load("Plotly.NET");
        string name = assembly.GetManifestResourceNames().Single(resource => resource.Contains("plotly", StringComparison.Ordinal) && resource.EndsWith(".min.js", StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase);
    }
}
