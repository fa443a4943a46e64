using System.Text.Json.Nodes;
using Svae.Notebooks.Documents;

namespace Svae.Notebooks.Export;

/// <summary>Pictures that a text cell shows: those attached to the cell, and files beside the notebook.</summary>
internal sealed class Pictures(string folder)
{
    private static readonly IReadOnlyDictionary<string, string> Types = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        [".png"] = "image/png", [".jpg"] = "image/jpeg", [".jpeg"] = "image/jpeg", [".gif"] = "image/gif", [".svg"] = "image/svg+xml", [".webp"] = "image/webp",
    };

    /// <summary>The picture as a data URI; null when the address leads elsewhere.</summary>
    public string? Find(NotebookCell cell, string url)
    {
        if (url.StartsWith("attachment:", StringComparison.Ordinal)) return Attached(cell, Uri.UnescapeDataString(url["attachment:".Length..]));
        if (url.Contains(':') || !Types.TryGetValue(Path.GetExtension(url), out var type)) return null;
        string path = Path.Combine(folder, Uri.UnescapeDataString(url));
        return File.Exists(path) ? $"data:{type};base64,{Convert.ToBase64String(File.ReadAllBytes(path))}" : null;
    }

    private static string? Attached(NotebookCell cell, string name) =>
        (cell.Node["attachments"] as JsonObject)?[name] is JsonObject { Count: > 0 } bundle && bundle.First() is { } first && Json.Text(first.Value) is { } data
            ? $"data:{first.Key};base64,{data.ReplaceLineEndings("")}" : null;
}
