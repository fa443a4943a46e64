using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Svae.Notebooks.Documents;

namespace Svae.Notebooks.Kernel;

/// <summary>The cells that ran, for consoles that let the user go back to them.</summary>
internal sealed class CellHistory
{
    private readonly List<(int Number, string Code)> entries = [];

    public void Add(int number, string code)
    {
        lock (entries) entries.Add((number, code));
    }

    /// <summary>The entries that a <c>history_request</c> asks for, each as session, number and code.</summary>
    public JsonObject Reply(JsonObject request)
    {
        (int Number, string Code)[] all;
        lock (entries) all = [.. entries];
        bool withOutput = Json.IsTrue(request["output"]);
        return new JsonObject
        {
            ["status"] = "ok",
            ["history"] = new JsonArray([.. Select(all, request).Select(entry => (JsonNode)new JsonArray(0, entry.Number, withOutput ? new JsonArray(entry.Code, null) : entry.Code))]),
        };
    }

    private static IEnumerable<(int Number, string Code)> Select((int Number, string Code)[] all, JsonObject request)
    {
        int most = Math.Max(0, Json.Int(request["n"]) ?? int.MaxValue);
        switch (Json.String(request["hist_access_type"]))
        {
            case "range":
                int count = all.Length > 0 ? all[^1].Number + 1 : 1, start = Json.Int(request["start"]) ?? 0, stop = Json.Int(request["stop"]) ?? count;
                (start, stop) = (start < 0 ? start + count : start, stop < 0 ? stop + count : stop);
                return all.Where(entry => entry.Number >= start && entry.Number < stop);
            case "search":
                var found = all.Where(entry => Matches(entry.Code, Json.String(request["pattern"]) ?? "*"));
                return (Json.IsTrue(request["unique"]) ? found.Reverse().DistinctBy(entry => entry.Code).Reverse() : found).TakeLast(most);
            default:
                return all.TakeLast(most);
        }
    }

    // * stands for anything, ? for one character.
    private static bool Matches(string code, string pattern) => Regex.IsMatch(code,
        "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$",
        RegexOptions.Singleline | RegexOptions.NonBacktracking);
}
