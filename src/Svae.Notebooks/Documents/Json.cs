using System.Text.Json;
using System.Text.Json.Nodes;

namespace Svae.Notebooks.Documents;

/// <summary>Looks at JSON that may be anything.</summary>
internal static class Json
{
    /// <summary>The object under a name, made when it is not there.</summary>
    public static JsonObject ObjectAt(JsonObject parent, string name)
    {
        if (parent[name] is JsonObject there) return there;
        var made = new JsonObject();
        parent[name] = made;
        return made;
    }

    /// <summary>The number as an integer, or null.</summary>
    public static int? Int(JsonNode? node) => node is JsonValue value && value.TryGetValue(out int number) ? number : null;

    /// <summary>Is it there and true?</summary>
    public static bool IsTrue(JsonNode? node) => node is JsonValue value && value.TryGetValue(out bool truth) && truth;

    /// <summary>Is it there and false?</summary>
    public static bool IsFalse(JsonNode? node) => node is JsonValue value && value.TryGetValue(out bool truth) && !truth;

    /// <summary>The string, or null.</summary>
    public static string? String(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>The format's "multi-line string": one string, or a list of strings to be joined. Null when it is neither.</summary>
    public static string? Text(JsonNode? node)
    {
        if (node is not JsonArray lines) return String(node);
        string?[] parts = lines.Select(String).ToArray();
        return parts.All(part => part is not null) ? string.Concat(parts) : null;
    }

    /// <summary>A text as the format stores it: one entry per line, so that differences between versions stay readable.</summary>
    public static JsonArray Lines(string text)
    {
        var lines = new JsonArray();
        for (int at = 0; at < text.Length;)
        {
            int end = text.IndexOf('\n', at);
            int next = end < 0 ? text.Length : end + 1;
            lines.Add((JsonNode)JsonValue.Create(text[at..next])!);
            at = next;
        }
        return lines;
    }

    /// <summary>Reads every string, since the parser itself puts off finding out that one is broken.</summary>
    /// <exception cref="InvalidOperationException">One is.</exception>
    public static void ReadEverything(JsonNode? node)
    {
        if (node is JsonObject entries) foreach (var entry in entries) ReadEverything(entry.Value);
        else if (node is JsonArray items) foreach (var item in items) ReadEverything(item);
        else String(node);
    }

    /// <summary>What kind of thing a node is, for a message.</summary>
    public static string Kind(JsonNode? node) => node is null ? "null" : node.GetValueKind() switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        _ => "a truth value",
    };
}
