using System.Text.Json;
using System.Text.Json.Nodes;
using CsvHelper;
using Svae.Notebooks.Documents;
using Svae.Workbench;

namespace Svae.Notebooks.Sweeps;

/// <summary>
/// Settings from a file. CSV: a header of parameter names, then one setting a row. JSON: a list of objects, one a setting; or one
/// object of lists, of which every combination is a setting.
/// </summary>
internal static class SettingsFile
{
    /// <exception cref="UserInputException">The file cannot be read as one of these.</exception>
    public static IReadOnlyList<Setting> Load(string path)
    {
        try
        {
            var settings = Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase) ? FromJson(File.ReadAllText(path)) : FromCsv(path);
            return settings.Count > 0 ? settings : throw new FormatException("it holds no settings");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException or CsvFormatException)
        {
            string why = e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message.Split('\n')[0].TrimEnd('.', '\r');
            throw new UserInputException($"{path}: {why}; a settings file is CSV with a header of parameter names, or JSON with a list of objects or an object of lists", e);
        }
    }

    private static List<Setting> FromCsv(string path)
    {
        using var csv = CsvReader.Create(File.OpenRead(path), new CsvReaderOptions { Separator = ',', TrimWhitespace = true });
        csv.ReadHeader();
        string[] names = [.. csv.Headers];
        var settings = new List<Setting>();
        while (csv.Read())
        {
            if (csv.FieldCount != names.Length) throw new FormatException($"row {csv.RowNumber} has {csv.FieldCount} values, the header has {names.Length} names");
            settings.Add(new Setting(names.Select((name, column) => (name, csv.GetString(column))).ToArray()));
        }
        return settings;
    }

    private static IReadOnlyList<Setting> FromJson(string text) => JsonNode.Parse(text) switch
    {
        JsonArray rows => rows.Select(row => row is JsonObject values ? new Setting(values.Select(value => (value.Key, Text(value.Value))).ToArray())
            : throw new FormatException($"a setting is {Json.Kind(row)}, not an object")).ToArray(),
        JsonObject lists => SweepGrid.Combine([], lists.Select(list => (list.Key, Values(list.Value))).ToArray(), []),
        var other => throw new FormatException($"it is {Json.Kind(other)}"),
    };

    private static IReadOnlyList<string> Values(JsonNode? node) => node is JsonArray items ? items.Select(Text).ToArray() : [Text(node)];

    private static string Text(JsonNode? node) => Json.String(node) ?? node?.ToJsonString() ?? "null";
}
