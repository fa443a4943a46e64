using System.Globalization;
using System.Text;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Export;
using Svae.Notebooks.Terminal;
using Svae.Workbench.Diagnostics;

namespace Svae.Notebooks.Sweeps;

/// <summary>A sweep's table as a page: settings with mean ± standard deviation over seeds, the single seeds as dots, links to every run.</summary>
internal static class SweepPage
{
    public static string Of(SweepTable table)
    {
        string title = $"Sweep of {table.Plan.Notebook}";
        var body = new StringBuilder($"<main class=\"wide\">\n<h1>{Markup.Escape(title)}</h1>\n<p class=\"soft\">{Facts(table)}</p>\n");
        body.Append("<div class=\"scroll\"><table class=\"sortable\">\n<thead><tr>");
        foreach (string name in table.Varying) body.Append($"<th>{Markup.Escape(name)}</th>");
        foreach (string score in table.Scores) body.Append($"<th class=\"number{(score == table.SortBy ? " sorted" : "")}\">{Markup.Escape(Heading(table, score))}</th>");
        body.Append("<th class=\"number\">time a run</th><th>runs</th></tr></thead>\n<tbody>\n");
        foreach (var row in table.Rows) body.Append(Row(table, row));
        body.Append("</tbody></table></div>\n");
        if (table.Scores.Count == 0) body.Append("<p class=\"soft\">The notebook recorded no scores (Notebook.Ledger.Record), so there is nothing to compare yet.</p>\n");
        else body.Append($"<p class=\"soft\">Mean ± standard deviation over seeds; dots are single seeds, on one scale a column. Sorted by {Markup.Escape(table.SortBy!)}, best first; click a heading to sort by it.</p>\n");
        return HtmlPage.Of(Markup.Escape(title), body.Append(Problems(table)).Append("</main>").ToString(), "sweep");
    }

    private static string Facts(SweepTable table)
    {
        int done = table.Records.Count(record => record?.Succeeded() == true), failed = table.Records.Count(record => record?.Failed() == true);
        var facts = new List<string> { $"{done} of {table.Records.Count} runs done" };
        if (failed > 0) facts.Add($"<b class=\"bad\">{failed} failed</b>");
        facts.Add(Durations.Short(TimeSpan.FromSeconds(table.Records.Sum(record => record?.Seconds ?? 0))) + " of computing");
        if (table.Plan.Quick) facts.Add("quick mode");
        facts.AddRange(table.Fixed.Select(value => Markup.Escape($"{value.Name} = {value.Value}")));
        facts.Add("<a href=\"table.csv\">table.csv</a>, <a href=\"runs.csv\">runs.csv</a>");
        return string.Join(" · ", facts);
    }

    private static string Heading(SweepTable table, string score) =>
        score + (table.LowerIsBetter.Contains(score) ? " ↓" : "") + (table.Unit(score) is { Length: > 0 } unit ? $" ({unit})" : "");

    private static string Row(SweepTable table, SweepRow row)
    {
        var html = new StringBuilder("<tr>");
        foreach (string name in table.Varying) html.Append($"<td>{Markup.Escape(row.Setting[name] ?? "")}</td>");
        foreach (string score in table.Scores) html.Append(Score(table, row, score));
        var times = row.Tasks.Select(task => table.Records[task]).OfType<SweepRecord>().Select(record => record.Seconds).ToArray();
        html.Append(Cell(times.Length == 0 ? double.NaN : times.Average(), times.Length == 0 ? "–" : Durations.Short(TimeSpan.FromSeconds(times.Average()))));
        return html.Append($"<td class=\"runs\">{string.Join(' ', row.Tasks.Select(task => Link(table, task)))}</td></tr>\n").ToString();
    }

    private static string Score(SweepTable table, SweepRow row, string score)
    {
        double[] values = table.Values(row, score);
        var (mean, deviation) = SweepTable.Summary(values);
        if (double.IsNaN(mean)) return Cell(double.NaN, values.Length == 0 ? "–" : "NaN");
        string text = ReproductionScore.Number(mean) + (double.IsNaN(deviation) ? "" : $" <span class=\"sd\">± {ReproductionScore.Number(deviation, mean)}</span>");
        var means = table.Rows.Select(other => SweepTable.Summary(table.Values(other, score)).Mean).Where(double.IsFinite).ToArray();
        bool best = means.Distinct().Count() > 1 && mean == (table.LowerIsBetter.Contains(score) ? means.Min() : means.Max());
        return Cell(mean, (best ? $"<b>{text}</b>" : text) + Dots(values, table.Rows.SelectMany(other => table.Values(other, score)).Where(double.IsFinite).ToArray()));
    }

    private static string Cell(double key, string html) =>
        $"<td class=\"number\" data-key=\"{(double.IsNaN(key) ? "" : key.ToString("R", CultureInfo.InvariantCulture))}\">{html}</td>";

    // One dot a seed on the column's common scale.
    private static string Dots(double[] values, double[] all)
    {
        double low = all.DefaultIfEmpty().Min(), high = all.DefaultIfEmpty().Max();
        if (!(high > low) || all.Length < 2) return "";
        string X(double value) => (4 + 92 * (value - low) / (high - low)).ToString("0.#", CultureInfo.InvariantCulture);
        string dots = string.Concat(values.Where(double.IsFinite).Select(value => $"<circle cx=\"{X(value)}\" cy=\"5\" r=\"3\"/>"));
        return $"<svg class=\"dots\" viewBox=\"0 0 100 10\" aria-hidden=\"true\"><line x1=\"4\" x2=\"96\" y1=\"5\" y2=\"5\"/>{dots}</svg>";
    }

    private static string Link(SweepTable table, int task)
    {
        string text = table.Plan[task][SweepGrid.Seed] is { } seed ? $"seed {seed}" : "run", folder = table.Plan.FolderOf(task);
        string? file = new[] { table.Plan.Notebook + ".html", table.Plan.Notebook + ".ipynb" }.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        string kind = table.Records[task] switch { { } record when record.Failed() => "bad", { } record when record.Succeeded() => "", _ => "soft" };
        return file is null ? $"<span class=\"{kind}\">{Markup.Escape(text)}</span>"
            : $"<a class=\"{kind}\" href=\"{Markup.Escape(string.Join('/', Path.GetRelativePath(table.Plan.Folder, file).Split(Path.DirectorySeparatorChar).Select(Uri.EscapeDataString)))}\">{Markup.Escape(text)}</a>";
    }

    private static string Problems(SweepTable table)
    {
        var lines = Enumerable.Range(0, table.Records.Count).Where(task => table.Records[task]?.Failed() == true)
            .Select(task => $"<li>{Link(table, task)} · {Markup.Escape(table.Plan[task].ToString())}: {Markup.Escape(Words(table.Records[task]!))}</li>").ToArray();
        return lines.Length == 0 ? "" : $"<h2>What failed</h2>\n<ul class=\"problems\">\n{string.Join('\n', lines)}\n</ul>\n";
    }

    private static string Words(SweepRecord record) =>
        Enum.TryParse<RunStatus>(record.Status, ignoreCase: true, out var status) && status == RunStatus.TimedOut ? status.Words() : record.Error ?? record.Status;
}
