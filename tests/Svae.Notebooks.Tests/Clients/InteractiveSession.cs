using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Svae.Notebooks.Tests.Clients;

/// <summary>A running dotnet-interactive: one JSON object a line each way.</summary>
public sealed class InteractiveSession : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Process process;
    private int commands;

    internal InteractiveSession(string program)
    {
        var start = new ProcessStartInfo(program, ["stdio", "--default-kernel", "csharp"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetDirectoryName(program),
        };
        start.Environment["DOTNET_INTERACTIVE_CLI_TELEMETRY_OPTOUT"] = "1";
        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
    }

    /// <summary>Runs a cell to its end: whether it succeeded, and everything it showed.</summary>
    /// <param name="code">The cell.</param>
    /// <param name="stopAt">The cell is stopped when it shows something that contains this text.</param>
    public async Task<(bool Succeeded, string Shown)> RunAsync(string code, string? stopAt = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        string token = await SendAsync("SubmitCode", new JsonObject { ["code"] = code, ["targetKernelName"] = "csharp" });
        var shown = new StringBuilder();
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (!line.StartsWith('{') || JsonNode.Parse(line) is not JsonObject message) continue;
            string? kind = (string?)message["eventType"];
            bool ended = kind is "CommandSucceeded" or "CommandFailed";
            if (ended && (string?)message["command"]?["token"] == token) return (kind == "CommandSucceeded", shown + (string?)message["event"]?["message"]);
            if (kind is null || !kind.EndsWith("Produced", StringComparison.Ordinal) && kind != "DisplayedValueUpdated") continue;
            string content = Content(message["event"]!);
            shown.AppendLine(content);
            if (stopAt is null || !content.Contains(stopAt, StringComparison.Ordinal)) continue;
            stopAt = null;
            await SendAsync("Cancel", new JsonObject { ["targetKernelName"] = "csharp" });
        }
        throw new EndOfStreamException($"dotnet-interactive ended while it ran\n{code}\n{shown}");
    }

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    private static string Content(JsonNode produced) => (string?)produced["message"]
        ?? string.Join("\n", (produced["formattedValues"] as JsonArray ?? []).Select(value => (string?)value!["value"]));

    private async Task<string> SendAsync(string kind, JsonObject command)
    {
        string token = $"test-{++commands}";
        await process.StandardInput.WriteLineAsync(new JsonObject { ["token"] = token, ["commandType"] = kind, ["command"] = command, ["routingSlip"] = new JsonArray() }.ToJsonString());
        await process.StandardInput.FlushAsync();
        return token;
    }
}
