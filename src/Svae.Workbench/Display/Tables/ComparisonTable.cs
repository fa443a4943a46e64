using System.Globalization;
using System.Net;
using System.Text;
using Svae.Workbench.Diagnostics;

namespace Svae.Workbench.Display;

/// <summary>Methods against scores: mean ± standard deviation over seeds, the best of each column in bold, references set apart.</summary>
[TypeFormatterSource(typeof(MimeBundleFormatters))]
public sealed class ComparisonTable : IMimeBundle
{
    private readonly ScoreColumn[] columns;
    private readonly List<Row> rows = [];

    /// <param name="title">What is compared, and on what data.</param>
    /// <param name="columns">The scores; one given by its name alone is better when higher, or when lower if the name ends in "↓".</param>
    public ComparisonTable(string title, params ScoreColumn[] columns) => (Title, this.columns) = (title, columns);

    /// <summary>A table of segmentation scores: matched accuracy, NMI, ARI, changepoint F1.</summary>
    /// <param name="title">What is compared, and on what data.</param>
    public static ComparisonTable OfSegmentations(string title) => new(title, "accuracy", "NMI", "ARI", "changepoint F1");

    /// <summary>What is compared.</summary>
    public string Title { get; }

    /// <summary>Adds a method with one value a score.</summary>
    /// <param name="method">Name of the method.</param>
    /// <param name="scores">One value per column; NaN for none.</param>
    public ComparisonTable Add(string method, params double[] scores) => Insert(method, [scores], competes: true);

    /// <summary>Adds a method with several seeds.</summary>
    /// <param name="method">Name of the method.</param>
    /// <param name="seeds">One array of scores per seed.</param>
    public ComparisonTable Add(string method, IReadOnlyList<double[]> seeds) => Insert(method, seeds, competes: true);

    /// <summary>Adds a method's segmentation scores, one per seed.</summary>
    /// <param name="method">Name of the method.</param>
    /// <param name="seeds">The scores.</param>
    public ComparisonTable Add(string method, params SegmentationScore[] seeds) =>
        Add(method, seeds.Select(s => new[] { s.Accuracy, s.Nmi, s.Ari, s.ChangepointF1 }).ToArray());

    /// <summary>Adds what no method competes with: an oracle, a supervised ceiling, chance. Missing scores may be left out at the end.</summary>
    /// <param name="name">Name of the reference.</param>
    /// <param name="scores">Values of the first columns.</param>
    public ComparisonTable AddReference(string name, params double[] scores) =>
        Insert(name, [scores.Concat(Enumerable.Repeat(double.NaN, Math.Max(columns.Length - scores.Length, 0))).ToArray()],
            competes: false);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
        { ["text/html"] = ToHtml(), ["text/plain"] = ToString() };

    /// <summary>The table as aligned text.</summary>
    public override string ToString()
    {
        string[][] cells = [["", .. columns.Select(c => c.Name)], .. rows.Select((r, i) => new[]
            { r.Name }.Concat(columns.Select((_, c) => Cell(r, c) + (IsBest(i, c) ? "*" : " "))).ToArray())];
        int[] widths = Enumerable.Range(0, columns.Length + 1).Select(c => cells.Max(row => row[c].Length)).ToArray();
        return Title + "\n" + string.Join("\n", cells.Select(row => string.Join("  ",
            row.Select((text, c) => c == 0 ? text.PadRight(widths[0]) : text.PadLeft(widths[c]))).TrimEnd()))
            + "\n* best";
    }

    /// <summary>The table as comma-separated values: method, then mean and standard deviation of each score.</summary>
    public string ToCsv()
    {
        static string Quote(string text) => text.IndexOfAny([',', '"', '\n']) < 0 ? text : $"\"{text.Replace("\"", "\"\"")}\"";
        var lines = rows.Select(r => Quote(r.Name) + string.Concat(columns.Select((_, c) =>
            FormattableString.Invariant($",{Mean(r, c)},{Deviation(r, c)},{r.Seeds.Count}"))));
        return "method" + string.Concat(columns.Select(c =>
            $",{Quote(c.Name)},{Quote(c.Name + " sd")},{Quote(c.Name + " seeds")}")) + "\n" + string.Join("\n", lines) + "\n";
    }

    private string ToHtml()
    {
        const string cell = "padding:4px 14px;text-align:right;font-variant-numeric:tabular-nums";
        var html = new StringBuilder($"<div style=\"font:14px sans-serif\"><div style=\"font-weight:bold;margin-bottom:4px\">{Encode(Title)}</div>");
        html.Append("<table style=\"border-collapse:collapse;font:14px sans-serif\"><thead><tr style=\"border-bottom:1.5px solid currentColor\"><th></th>");
        foreach (ScoreColumn column in columns) html.Append($"<th style=\"{cell}\">{Encode(column.Name)}</th>");
        html.Append("</tr></thead><tbody>");
        for (int i = 0; i < rows.Count; i++)
        {
            bool apart = !rows[i].Competes && (i == 0 || rows[i - 1].Competes);
            string style = (apart && i > 0 ? "border-top:1px solid rgba(128,128,128,.6);" : "")
                + (rows[i].Competes ? "" : "font-style:italic;opacity:.85");
            html.Append($"<tr style=\"{style}\"><td style=\"padding:4px 14px 4px 2px;text-align:left\">{Encode(rows[i].Name)}</td>");
            for (int c = 0; c < columns.Length; c++)
                html.Append($"<td style=\"{cell};white-space:nowrap\">{(IsBest(i, c) ? $"<b>{Cell(rows[i], c)}</b>" : Cell(rows[i], c))}</td>");
            html.Append("</tr>");
        }
        html.Append("</tbody></table>");
        if (rows.Any(r => r.Seeds.Count > 1)) html.Append($"<div style=\"font-size:12px;opacity:.75\">mean ± standard deviation over {rows.Max(r => r.Seeds.Count)} seeds</div>");
        return html.Append("</div>").ToString();
    }

    private ComparisonTable Insert(string method, IReadOnlyList<double[]> seeds, bool competes)
    {
        foreach (double[] scores in seeds)
            if (scores.Length != columns.Length) throw new ArgumentException($"{method}: expected {columns.Length} scores ({string.Join(", ", columns.Select(c => c.Name))}), got {scores.Length}");
        rows.Add(new Row(method, seeds, competes));
        return this;
    }

    private bool IsBest(int row, int column) => rows[row].Competes
        && columns[column].IsBest(Mean(rows[row], column), rows.Where(r => r.Competes).Select(r => Mean(r, column)));

    private static string Cell(Row row, int column)
    {
        double mean = Mean(row, column);
        if (!double.IsFinite(mean)) return "–";
        string format = Math.Abs(mean) < 10 ? "F3" : Math.Abs(mean) < 1000 ? "F1" : "F0";
        string text = mean.ToString(format, CultureInfo.InvariantCulture).Replace('-', '−');
        return row.Seeds.Count > 1 ? $"{text} ± {Deviation(row, column).ToString(format, CultureInfo.InvariantCulture)}" : text;
    }

    private static double Mean(Row row, int column) => row.Seeds.Count == 0 ? double.NaN : row.Seeds.Average(s => s[column]);

    private static double Deviation(Row row, int column)
    {
        double mean = Mean(row, column);
        return row.Seeds.Count < 2 ? 0 : Math.Sqrt(row.Seeds.Sum(s => (s[column] - mean) * (s[column] - mean)) / (row.Seeds.Count - 1));
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private sealed record Row(string Name, IReadOnlyList<double[]> Seeds, bool Competes);
}
