using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Svae.Notebooks.Documents;

namespace Svae.Notebooks.Kernel;

/// <summary>Frames that are no message, or not from who holds the key.</summary>
internal sealed class MalformedMessageException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A message of the Jupyter protocol, version 5.3 (jupyter-client.readthedocs.io, "Messaging in Jupyter").</summary>
/// <param name="Identities">Where it came from, and where an answer goes; on iopub the topic.</param>
/// <param name="Header">Type, id, session.</param>
/// <param name="Parent">The header of what it answers.</param>
/// <param name="Metadata">Nothing much.</param>
/// <param name="Content">What it says.</param>
internal sealed record KernelMessage(IReadOnlyList<byte[]> Identities, JsonObject Header, JsonObject Parent, JsonObject Metadata, JsonObject Content)
{
    private static readonly byte[] Delimiter = "<IDS|MSG>"u8.ToArray();

    /// <summary><c>execute_request</c> and the like.</summary>
    public string Type => Json.String(Header["msg_type"]) ?? "";

    /// <summary>A message in answer to another.</summary>
    public static KernelMessage Answer(KernelMessage? to, string type, JsonObject content, string session, IReadOnlyList<byte[]> identities) => new(
        identities,
        new JsonObject
        {
            ["msg_id"] = Guid.NewGuid().ToString("N"), ["msg_type"] = type, ["session"] = session, ["username"] = "kernel",
            ["date"] = DateTime.UtcNow.ToString("O"), ["version"] = "5.3",
        },
        to?.Header.DeepClone().AsObject() ?? [], [], content);

    /// <summary>Reads frames from the wire.</summary>
    /// <exception cref="MalformedMessageException">They are no message, or the signature is wrong.</exception>
    public static KernelMessage Decode(IReadOnlyList<byte[]> frames, string key)
    {
        int at = 0;
        while (at < frames.Count && !frames[at].AsSpan().SequenceEqual(Delimiter)) at++;
        if (frames.Count - at < 6) throw new MalformedMessageException("fewer frames than a message has");
        byte[][] parts = frames.Skip(at + 2).Take(4).ToArray();
        byte[] expected = Encoding.ASCII.GetBytes(Sign(parts, key));
        if (!CryptographicOperations.FixedTimeEquals(expected, frames[at + 1])) throw new MalformedMessageException("the signature is wrong");
        return new KernelMessage(frames.Take(at).ToArray(), Read(parts[0]), Read(parts[1]), Read(parts[2]), Read(parts[3]));
    }

    /// <summary>The frames for the wire.</summary>
    public IReadOnlyList<byte[]> Encode(string key)
    {
        byte[][] parts = ((JsonObject[])[Header, Parent, Metadata, Content]).Select(part => JsonSerializer.SerializeToUtf8Bytes(part)).ToArray();
        return Frames(Identities, parts, key);
    }

    /// <summary>The frames of four parts that are JSON already.</summary>
    internal static IReadOnlyList<byte[]> Frames(IReadOnlyList<byte[]> identities, byte[][] parts, string key) =>
        [.. identities, Delimiter, Encoding.ASCII.GetBytes(Sign(parts, key)), .. parts];

    private static string Sign(byte[][] parts, string key)
    {
        if (key.Length == 0) return "";
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(key));
        foreach (byte[] part in parts) hmac.AppendData(part);
        return Convert.ToHexStringLower(hmac.GetHashAndReset());
    }

    private static JsonObject Read(byte[] part)
    {
        try
        {
            var node = JsonNode.Parse(part, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
            Json.ReadEverything(node);
            return node as JsonObject ?? throw new MalformedMessageException("a part of the message is not an object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new MalformedMessageException("a part of the message is not JSON", e);
        }
    }
}
