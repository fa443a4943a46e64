namespace Svae.Notebooks.Export;

/// <summary>Text inside markup.</summary>
internal static class Markup
{
    /// <summary>Escapes what has a meaning in markup and leaves every other letter as it is.</summary>
    public static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);
}
