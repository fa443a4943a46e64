using Svae.Workbench;
using System.Text.Json;
using System.Text.Json.Nodes;
using Svae.Notebooks.Documents;
using Svae.Workbench.Display;

namespace Svae.Notebooks.Kernel;

/// <summary>Where a client waits for its kernel: the file that Jupyter writes before it starts one.</summary>
/// <param name="Ip">The address to bind to.</param>
/// <param name="Key">The key of the signatures; empty: messages are not signed.</param>
/// <param name="Shell">Port for requests.</param>
/// <param name="Control">Port for interrupt and shutdown, which do not wait behind a running cell.</param>
/// <param name="Iopub">Port for what everybody sees: output and status.</param>
/// <param name="Stdin">Port for questions to the user.</param>
/// <param name="Heartbeat">Port that echoes.</param>
internal sealed record ConnectionFile(string Ip, string Key, int Shell, int Control, int Iopub, int Stdin, int Heartbeat)
{
    /// <exception cref="UserInputException">The file is not there or is none.</exception>
    public static ConnectionFile Load(string path)
    {
        try
        {
            var json = JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new JsonException("not an object");
            if (Json.String(json["signature_scheme"]) is { Length: > 0 } scheme and not "hmac-sha256")
                throw new UserInputException($"{path}: signature scheme {scheme} is unknown; hmac-sha256 is spoken");
            if (Json.String(json["transport"]) is { } transport and not "tcp")
                throw new UserInputException($"{path}: transport {transport} is unknown; tcp is spoken");
            return new ConnectionFile( Json.String(json["ip"]) ?? "127.0.0.1", Json.String(json["key"]) ?? "",
                Port(json, "shell_port"), Port(json, "control_port"), Port(json, "iopub_port"), Port(json, "stdin_port"), Port(json, "hb_port"));
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new UserInputException($"{path}: not a Jupyter connection file: {e.Message}", e);
        }
    }

    /// <summary>The address of one of the ports.</summary>
    public string Address(int port) => $"tcp://{Ip}:{port}";

    private static int Port(JsonObject json, string name) => Json.Int(json[name]) is { } port and > 0 ? port : throw new JsonException($"{name} is missing");
}
