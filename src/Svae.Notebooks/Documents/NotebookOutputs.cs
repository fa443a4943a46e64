using System.Text.Json;
using System.Text.Json.Nodes;
using Svae.Notebooks.Scripting;

namespace Svae.Notebooks.Documents;

/// <summary>The four kinds of output a code cell can hold, as JSON.</summary>
internal static class NotebookOutputs
{
    public static JsonObject Stream(string name, string text) =>
        new() { ["output_type"] = "stream", ["name"] = name, ["text"] = Json.Lines(text) };

    public static JsonObject DisplayData(IReadOnlyDictionary<string, string> bundle) =>
        new() { ["output_type"] = "display_data", ["data"] = Data(bundle), ["metadata"] = new JsonObject() };

    public static JsonObject ExecuteResult(IReadOnlyDictionary<string, string> bundle, int executionCount) => new()
    {
        ["output_type"] = "execute_result", ["execution_count"] = executionCount, ["data"] = Data(bundle), ["metadata"] = new JsonObject(),
    };

    public static JsonObject Error(CellError error) => new()
    {
        ["output_type"] = "error",
        ["ename"] = error.Name,
        ["evalue"] = error.Message,
        ["traceback"] = new JsonArray(error.Traceback.Select(line => (JsonNode)line).ToArray()),
    };

    private static JsonObject Data(IReadOnlyDictionary<string, string> bundle)
    {
        var data = new JsonObject();
        foreach (var (mime, content) in bundle) data[mime] = Content(mime, content);
        return data;
    }

    // Base64 is one string, JSON is JSON, everything else is stored by lines.
    private static JsonNode? Content(string mime, string content)
    {
        if (mime.EndsWith("json", StringComparison.Ordinal))
        {
            try { return JsonNode.Parse(content); }
            catch (JsonException) { return content; }
        }
        return mime.StartsWith("image/", StringComparison.Ordinal) && mime != "image/svg+xml" ? content : Json.Lines(content.ReplaceLineEndings("\n"));
    }
}
