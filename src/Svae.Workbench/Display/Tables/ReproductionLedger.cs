using System.Diagnostics;
using System.Net;
using System.Text;
using Svae.Workbench.Diagnostics;

namespace Svae.Workbench.Display;

/// <summary>
/// The numbers that a notebook claims, each with what it is held against. A notebook records as it goes and shows the ledger at its end;
/// <c>svae run</c> keeps it as <c>ledger.json</c> among the notebook's results, and <c>svae ledger</c> makes the README's table of them.
/// </summary>
/// <example>
/// <code>
/// // a bound, and what others reach
/// Notebook.Ledger.Record("accuracy, held out", score.Accuracy, atLeast: .58, reference: .52, referenceSource: "published code", figure: "Fig. 6");
/// // agreement with an independent computation
/// Notebook.Ledger.Record("log evidence", logZ, reference: dense, tolerance: 1e-9, oracle: "dense joint Gaussian", unit: "nats");
/// // a number that is only reported (and that a sweep tabulates)
/// Notebook.Ledger.Record("ELBO", elbo, unit: "nats/frame");
/// // the last cell: the table, with what holds and what does not
/// Notebook.Ledger
/// </code>
/// </example>
[TypeFormatterSource(typeof(MimeBundleFormatters))]
public sealed class ReproductionLedger : IMimeBundle
{
    private readonly List<ReproductionScore> scores = [];
    private readonly Lock gate = new();
    private readonly Stopwatch clock = Stopwatch.StartNew();

    /// <summary>The seed noted with scores that name none; the host sets it to the notebook's parameter <c>Seed</c>.</summary>
    public long? Seed { get; set; }

    /// <summary>The scores in the order of their first recording.</summary>
    public IReadOnlyList<ReproductionScore> Scores
    {
        get { lock (gate) return scores.ToArray(); }
    }

    /// <summary>Records a number. The same name again replaces it, so that a cell can be run twice.</summary>
    /// <param name="name">What was measured.</param>
    /// <param name="value">The number; one that is not finite is kept and holds no claim.</param>
    /// <param name="atLeast">Claim: value ≥ this.</param>
    /// <param name="atMost">Claim: value ≤ this.</param>
    /// <param name="reference">What others, or the oracle, get; only shown unless there is a tolerance.</param>
    /// <param name="tolerance">Claim: |value − reference| ≤ this.</param>
    /// <param name="referenceSource">Where the reference comes from.</param>
    /// <param name="oracle">The independent computation behind the check.</param>
    /// <param name="unit">Unit of value, bounds and reference.</param>
    /// <param name="figure">The paper's figure or table that is reproduced.</param>
    /// <param name="seed">The seed; default: <see cref="Seed"/>.</param>
    /// <returns>The score as recorded.</returns>
    /// <exception cref="ArgumentException">The name is blank, or a tolerance has no reference or is negative.</exception>
    public ReproductionScore Record(string name, double value, double? atLeast = null, double? atMost = null, double? reference = null,
        double? tolerance = null, string? referenceSource = null, string? oracle = null, string? unit = null, string? figure = null, long? seed = null)
    {
        if (string.IsNullOrWhiteSpace(name)) throw new ArgumentException("name: a score needs one", nameof(name));
        if (tolerance is not null && reference is null) throw new ArgumentException($"{name}: tolerance is a distance from reference, which is missing", nameof(tolerance));
        if (tolerance is < 0 or double.NaN) throw new ArgumentException($"{name}: tolerance is {tolerance}; it must be zero or more", nameof(tolerance));
        var score = new ReproductionScore
        {
            Name = name, Value = value, Unit = unit, AtLeast = atLeast, AtMost = atMost, Reference = reference, Tolerance = tolerance,
            ReferenceSource = referenceSource, Oracle = oracle, Figure = figure, Seed = seed ?? Seed, Seconds = Math.Round(clock.Elapsed.TotalSeconds, 1),
        };
        lock (gate)
        {
            int at = scores.FindIndex(known => known.Name == name);
            if (at < 0) scores.Add(score);
            else scores[at] = score;
        }
        return score;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
        { ["text/html"] = ToHtml(), ["text/plain"] = ToString() };

    /// <summary>One line a score, then how many claims hold.</summary>
    public override string ToString()
    {
        var lines = Scores.Select(score => $"{Sign(score)} {score.Name}: {score.Measured()}"
            + (score.Claim() is { Length: > 0 } claim ? $" (claim: {claim})" : "")
            + (Against(score) is { Length: > 0 } against ? $"; {against}" : ""));
        return string.Join("\n", lines.Append(Verdict()));
    }

    private string ToHtml()
    {
        const string cell = "padding:4px 14px 4px 2px;text-align:left";
        var html = new StringBuilder("<div style=\"font:14px sans-serif\"><div style=\"font-weight:bold;margin-bottom:4px\">Reproduction ledger</div>");
        html.Append("<table style=\"border-collapse:collapse;font:14px sans-serif\"><thead><tr style=\"border-bottom:1.5px solid currentColor\">");
        foreach (string column in (string[])["", "score", "value", "claim", "compared with"]) html.Append($"<th style=\"{cell}\">{column}</th>");
        html.Append("</tr></thead><tbody>");
        foreach (var score in Scores)
            html.Append("<tr>").AppendJoin("", new[] { Sign(score), score.Name, score.Measured(), score.Claim(), Against(score) }
                .Select((text, column) => $"<td style=\"{cell}{Style(score, column)}\">{WebUtility.HtmlEncode(text)}</td>")).Append("</tr>");
        return html.Append($"</tbody></table><div style=\"font-size:12px;opacity:.75\">{Verdict()}</div></div>").ToString();
    }

    // Names and sources may take several lines; a number stays beside its unit, a bound beside its relation.
    private static string Style(ReproductionScore score, int column) =>
        (column is 2 or 3 ? ";white-space:nowrap" : "") + (score.Holds() == false && column < 3 ? ";font-weight:bold" : "");

    private string Verdict()
    {
        var claims = Scores.Select(score => score.Holds()).OfType<bool>().ToArray();
        return claims.Length == 0 ? "no claims" : $"{claims.Count(holds => holds)} of {claims.Length} claims hold";
    }

    private static string Sign(ReproductionScore score) => score.Holds() switch { true => "✓", false => "✗", null => "·" };

    private static string Against(ReproductionScore score) => string.Join("; ", new[]
    {
        score.ReferenceInWords(), score.Oracle is { } oracle ? $"oracle: {oracle}" : "", score.Figure ?? "",
    }.Where(text => text.Length > 0));
}
