using System.Text.Json.Nodes;
using Svae.Notebooks.Documents;

namespace Svae.Notebooks.Execution;

/// <summary>A cell that printed where it wrote a file named the folder used while running; the reader wants the one that remains.</summary>
internal static class OutputPaths
{
    public static void Translate(NotebookCell cell, ResultsFolder results)
    {
        foreach (var output in cell.Outputs) Translate(output, results);
    }

    private static void Translate(JsonNode? node, ResultsFolder results)
    {
        switch (node)
        {
            case JsonObject entries:
                foreach (string name in entries.Select(entry => entry.Key).ToArray())
                    if (Translated(entries[name], results) is { } better) entries[name] = better;
                    else Translate(entries[name], results);
                break;
            case JsonArray items:
                for (int i = 0; i < items.Count; i++)
                    if (Translated(items[i], results) is { } better) items[i] = better;
                    else Translate(items[i], results);
                break;
        }
    }

    private static string? Translated(JsonNode? node, ResultsFolder results) =>
        Json.String(node) is { } text && text.Contains(results.Working, StringComparison.Ordinal) ? results.Translate(text) : null;
}
