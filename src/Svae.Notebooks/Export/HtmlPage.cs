using System.Reflection;

namespace Svae.Notebooks.Export;

/// <summary>The frame of every page that is written: one file with its styles and scripts in it, light and dark.</summary>
internal static class HtmlPage
{
    /// <param name="title">The title, escaped.</param>
    /// <param name="body">What stands in the body.</param>
    /// <param name="kind">The page's own style and script, beside those of all pages: <c>kind.css</c>, <c>kind.js</c>, where there are such.</param>
    /// <param name="library">A script that the body's scripts need.</param>
    public static string Of(string title, string body, string kind, string? library = null) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{title}</title>
        <style>
        {Resource("page.css")}
        {Resource(kind + ".css")}
        </style>
        {(library is null ? "" : $"<script>{library}</script>")}
        </head>
        <body>
        {body}
        {(Resource(kind + ".js") is { Length: > 0 } script ? $"<script>\n{script}\n</script>" : "")}
        </body>
        </html>

        """;

    private static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Svae.Notebooks.Export.{name}");
        if (stream is null) return "";
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().TrimEnd();
    }
}
