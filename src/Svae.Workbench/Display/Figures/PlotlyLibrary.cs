using System.IO.Compression;
using System.Reflection;
using System.Text;

namespace Svae.Workbench.Display;

/// <summary>
/// plotly.js, as Plotly.NET carries it inside its assembly. Figures are live on a page that has it and still pictures elsewhere; a notebook
/// does not store it.
/// </summary>
public static class PlotlyLibrary
{
    private static readonly Lazy<string> loader = new(WriteLoader);

    /// <summary>The library's text, safe to stand in a script element.</summary>
    public static string Script()
    {
        var assembly = Assembly.Load("Plotly.NET");
        string name = assembly.GetManifestResourceNames().Single(resource => resource.Contains("plotly", StringComparison.Ordinal) && resource.EndsWith(".min.js", StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// HTML that brings the library to a page which lacks it and needs no network (1.5 MB): the figures there become live, and it may be
    /// removed after that.
    /// </summary>
    public static string Loader => loader.Value;

    // The library would give itself to require.js where a page has that (classic Notebook), so it is run where it cannot see it.
    private static string WriteLoader()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(Encoding.UTF8.GetBytes(Script()));
        return $$"""
            <script>(function(packed){
            if(window.Plotly)return;
            var bytes=Uint8Array.from(atob(packed),function(c){return c.charCodeAt(0)});
            new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text().then(function(text){
              if(!window.Plotly)new Function('define','module','exports',text).call(window);
              window.dispatchEvent(new Event('svae-plotly'));
            });
            })("{{Convert.ToBase64String(packed.ToArray())}}")</script>
            """;
    }
}
