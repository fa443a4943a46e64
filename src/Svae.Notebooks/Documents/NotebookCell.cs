using System.Text.Json.Nodes;

namespace Svae.Notebooks.Documents;

/// <summary>One cell, a view over its JSON.</summary>
public sealed class NotebookCell
{
    private NotebookCell(JsonObject node, string kind, string source) => (Node, Kind, Source) = (node, kind, source);

    /// <summary>The cell's JSON.</summary>
    public JsonObject Node { get; }

    /// <summary><c>code</c>, <c>markdown</c> or <c>raw</c>.</summary>
    public string Kind { get; }

    /// <summary>The cell's text.</summary>
    public string Source { get; }

    /// <summary>Does the cell hold code?</summary>
    public bool IsCode => Kind == "code";

    /// <summary>The cell's metadata.</summary>
    public JsonObject Metadata => Json.ObjectAt(Node, "metadata");

    /// <summary>The tags in the metadata.</summary>
    public IEnumerable<string> Tags =>
        (Node["metadata"] as JsonObject)?["tags"] is JsonArray tags ? tags.Select(Json.String).OfType<string>() : [];

    /// <summary>The number in the brackets, null before the cell has run.</summary>
    public int? ExecutionCount
    {
        get => Json.Int(Node["execution_count"]);
        set => Node["execution_count"] = value;
    }

    /// <summary>A code cell's outputs; empty for other cells.</summary>
    public IEnumerable<JsonObject> Outputs => Node["outputs"] is JsonArray outputs ? outputs.OfType<JsonObject>() : [];

    /// <summary>A new code cell.</summary>
    public static NotebookCell Code(string source, params string[] tags)
    {
        var node = New("code", source, tags);
        node["execution_count"] = null;
        node["outputs"] = new JsonArray();
        return new NotebookCell(node, "code", source);
    }

    /// <summary>A new text cell.</summary>
    public static NotebookCell Markdown(string source) => new(New("markdown", source, []), "markdown", source);

    /// <summary>Replaces a code cell's outputs.</summary>
    public void SetOutputs(IEnumerable<JsonObject> outputs) => Node["outputs"] = new JsonArray(outputs.ToArray<JsonNode>());

    /// <summary>Forgets what a former run left: outputs, number and times.</summary>
    public void ClearResults()
    {
        if (!IsCode) return;
        SetOutputs([]);
        ExecutionCount = null;
        Metadata.Remove("execution");
    }

    internal static NotebookCell Interpret(JsonNode? node, int index)
    {
        var cell = node as JsonObject ?? throw new NotebookFormatException($"cell {index + 1} is {Json.Kind(node)}, not an object");
        string kind = Json.String(cell["cell_type"]) ?? throw new NotebookFormatException($"cell {index + 1} has no cell_type");
        if (kind is not ("code" or "markdown" or "raw")) throw new NotebookFormatException($"cell {index + 1}: cell_type \"{kind}\" is unknown");
        string source = Json.Text(cell["source"]) ?? throw new NotebookFormatException($"cell {index + 1}: source is neither a string nor a list of strings");
        if (cell["metadata"] is not (JsonObject or null)) throw new NotebookFormatException($"cell {index + 1}: metadata is not an object");
        return new NotebookCell(cell, kind, source.ReplaceLineEndings("\n"));
    }

    private static JsonObject New(string kind, string source, string[] tags)
    {
        var metadata = new JsonObject();
        if (tags.Length > 0) metadata["tags"] = new JsonArray(tags.Select(tag => (JsonNode)tag).ToArray());
        return new JsonObject
        {
            ["cell_type"] = kind, ["id"] = Guid.NewGuid().ToString("N")[..8], ["metadata"] = metadata, ["source"] = Json.Lines(source),
        };
    }
}
