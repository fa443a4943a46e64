using System.Text.Json.Nodes;
using Svae.Notebooks.Documents;
using Svae.Workbench.Diagnostics;

namespace Svae.Notebooks.Execution;

/// <summary>What a run leaves in the notebook's metadata, under <c>svae</c>: how it ended, how long it took, with which parameters, and how many claims hold.</summary>
/// <param name="Status">How the run ended.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="Quick">Run in quick mode?</param>
/// <param name="Parameters">The parameters that were given.</param>
/// <param name="Claims">How many claims the notebook made in its ledger.</param>
/// <param name="Holding">How many of them hold.</param>
internal sealed record RunMark(
    RunStatus Status, double Seconds, bool Quick, IReadOnlyList<(string Name, string Value)> Parameters, int Claims = 0, int Holding = 0)
{
    private const string Key = "svae";

    /// <summary>The mark of a notebook; null when it has none that can be read.</summary>
    public static RunMark? Of(NotebookDocument notebook)
    {
        if (notebook.Metadata[Key] is not JsonObject mark || !Enum.TryParse<RunStatus>(Json.String(mark["status"]), ignoreCase: true, out var status)) return null;
        double seconds = mark["seconds"] is JsonValue value && value.TryGetValue(out double read) ? read : 0;
        var parameters = (mark["parameters"] as JsonObject)?.Select(pair => (pair.Key, Json.String(pair.Value) ?? "")).ToArray() ?? [];
        return new RunMark(status, seconds, Json.IsTrue(mark["quick"]), parameters, Json.Int(mark["claims"]) ?? 0, Json.Int(mark["holding"]) ?? 0);
    }

    /// <summary>The same with what the notebook's ledger says.</summary>
    public RunMark With(IReadOnlyList<ReproductionScore> scores) => this with
    {
        Claims = scores.Count(score => score.Holds() is not null), Holding = scores.Count(score => score.Holds() == true),
    };

    /// <summary>Puts the mark on a notebook.</summary>
    public void PutOn(NotebookDocument notebook)
    {
        var mark = new JsonObject { ["status"] = Status.ToString().ToLowerInvariant(), ["seconds"] = Math.Round(Seconds, 1) };
        if (Quick) mark["quick"] = true;
        foreach (var (name, value) in Parameters) Json.ObjectAt(mark, "parameters")[name] = value;
        if (Claims > 0) (mark["claims"], mark["holding"]) = (Claims, Holding);
        notebook.Metadata[Key] = mark;
    }
}
