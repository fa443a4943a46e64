using System.Globalization;
using System.Text.Json.Nodes;
using Svae.Notebooks.Documents;

namespace Svae.Notebooks.Execution;

/// <summary>When a cell ran, recorded the way JupyterLab records it.</summary>
internal static class CellTimes
{
    public static void Record(NotebookCell cell, DateTimeOffset started, DateTimeOffset ended) => cell.Metadata["execution"] = new JsonObject
    {
        ["iopub.status.busy"] = Stamp(started),
        ["iopub.execute_input"] = Stamp(started),
        ["shell.execute_reply"] = Stamp(ended),
        ["iopub.status.idle"] = Stamp(ended),
    };

    /// <summary>How long a cell took; null when it has not run.</summary>
    public static TimeSpan? Elapsed(NotebookCell cell) =>
        (cell.Node["metadata"] as JsonObject)?["execution"] is JsonObject times
        && Read(times["iopub.execute_input"]) is { } started && Read(times["shell.execute_reply"]) is { } ended && ended >= started
            ? ended - started : null;

    private static DateTimeOffset? Read(JsonNode? node) =>
        DateTimeOffset.TryParse(Json.String(node), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
