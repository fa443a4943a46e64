using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Svae.Workbench;
using Svae.Workbench.Diagnostics;

namespace Svae.Notebooks.Ledger;

/// <summary>What one run of a notebook recorded: the file <c>ledger.json</c> among its results.</summary>
/// <param name="Notebook">The notebook's name.</param>
/// <param name="Parameters">The parameters it ran with.</param>
/// <param name="Seconds">Wall time of the run.</param>
/// <param name="Scores">The numbers, in the notebook's order.</param>
internal sealed record NotebookLedger(
    string Notebook, IReadOnlyDictionary<string, string> Parameters, double Seconds, IReadOnlyList<ReproductionScore> Scores)
{
    public const string FileName = "ledger.json";

    internal static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    };

    /// <summary>The notebook's parameter Seed; 0 where it has none.</summary>
    [JsonIgnore]
    public long Seed => Parameters.TryGetValue("Seed", out string? text) && long.TryParse(text, CultureInfo.InvariantCulture, out long seed) ? seed : 0;

    /// <summary>The file's text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format) + "\n";

    /// <summary>Reads such a file.</summary>
    /// <exception cref="UserInputException">It is none, or only a part of one.</exception>
    public static NotebookLedger Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<NotebookLedger>(File.ReadAllText(path), Format)
                ?? throw new UserInputException($"{path}: the ledger is empty; run the notebook again");
        }
        catch (JsonException e)
        {
            throw new UserInputException($"{path}: not a ledger of scores ({e.Message.Split(". Path")[0].TrimEnd('.')}); run the notebook again", e);
        }
    }
}
