using System.Text.Json.Nodes;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Scripting;

namespace Svae.Notebooks.Kernel;

/// <summary>The contents of the kernel's answers.</summary>
internal static class KernelReplies
{
    /// <summary>The answer's type; null for what needs none.</summary>
    public static string? TypeOf(string request) => request switch
    {
        "kernel_info_request" or "complete_request" or "inspect_request" or "is_complete_request" or "history_request" or "comm_info_request"
            or "interrupt_request" or "shutdown_request" => request.Replace("_request", "_reply", StringComparison.Ordinal),
        _ => null,
    };

    public static JsonObject Info() => new()
    {
        ["status"] = "ok",
        ["protocol_version"] = "5.3",
        ["implementation"] = "svae",
        ["implementation_version"] = typeof(KernelReplies).Assembly.GetName().Version?.ToString(3),
        ["language_info"] = new JsonObject
        {
            ["name"] = "C#", ["version"] = "14", ["mimetype"] = "text/x-csharp", ["file_extension"] = ".cs", ["pygments_lexer"] = "csharp", ["codemirror_mode"] = "text/x-csharp",
        },
        ["banner"] = "Svae.Workbench: C# with TorchSharp",
        ["help_links"] = new JsonArray(),
    };

    public static JsonObject Completion(string code, int cursor, (IReadOnlyList<string> Matches, int Start, int End) found) => new()
    {
        ["status"] = "ok",
        ["matches"] = new JsonArray((found.Matches ?? []).Select(match => (JsonNode)match).ToArray()),
        ["cursor_start"] = CodeAssistant.ToCharacters(code, found.Matches is null ? cursor : found.Start),
        ["cursor_end"] = CodeAssistant.ToCharacters(code, found.Matches is null ? cursor : found.End),
        ["metadata"] = new JsonObject(),
    };

    public static JsonObject Inspection(string? text)
    {
        var data = new JsonObject();
        if (text is not null) data["text/plain"] = text;
        return new JsonObject { ["status"] = "ok", ["found"] = text is not null, ["data"] = data, ["metadata"] = new JsonObject() };
    }

    /// <summary>The end of a cell, with the values of the expressions that came with the request.</summary>
    public static JsonObject Executed(CellResult result, int executionCount, JsonObject values)
    {
        var content = result.Error is { } error ? Failed(error)
            : new JsonObject { ["status"] = "ok", ["payload"] = new JsonArray(), ["user_expressions"] = values };
        content["execution_count"] = executionCount;
        return content;
    }

    public static JsonObject Aborted(int executionCount) => new() { ["status"] = "aborted", ["execution_count"] = executionCount };

    public static JsonObject Failed(CellError error)
    {
        var content = IopubOutput.Content(NotebookOutputs.Error(error));
        content["status"] = "error";
        return content;
    }
}
