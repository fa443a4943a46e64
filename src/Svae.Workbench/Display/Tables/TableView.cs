using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Data.Analysis;

namespace Svae.Workbench.Display;

/// <summary>A data frame as a table that is read page by page; without scripts its first page is shown.</summary>
[TypeFormatterSource(typeof(MimeBundleFormatters))]
public sealed class TableView : IMimeBundle
{
    private const int Page = 15, Most = 600;

    // Shows and hides rows; removes none.
    private const string Script = """
        (function(id,page){document.querySelectorAll('[data-svae-table="'+id+'"]').forEach(function(root){
        if(root.svaeFilled)return;root.svaeFilled=true;
        var rows=root.querySelectorAll('tbody tr'),bar=root.querySelector('.svae-pages'),says=bar.querySelector('span'),b=bar.querySelectorAll('button'),at=0;
        function show(n){at=Math.max(0,Math.min(n,Math.ceil(rows.length/page)-1));
          rows.forEach(function(r,i){r.hidden=Math.floor(i/page)!==at});
          says.textContent='rows '+(at*page+1)+' to '+Math.min((at+1)*page,rows.length)+' of '+bar.dataset.all}
        b[0].onclick=function(){show(at-1)};b[1].onclick=function(){show(at+1)};b[0].hidden=b[1].hidden=false;show(0)})})
        """;

    private readonly DataFrame table;

    /// <param name="table">Read when shown; of more than 600 rows the first are shown.</param>
    public TableView(DataFrame table) => this.table = table;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string>
        { ["text/html"] = ToHtml(), ["text/plain"] = ToString() };

    /// <summary>The first page as aligned text.</summary>
    public override string ToString()
    {
        var rows = Rows(Page).Select(r => r.Select(Text).ToArray()).Prepend(table.Columns.Select(c => c.Name).ToArray()).ToArray();
        int[] widths = Enumerable.Range(0, table.Columns.Count).Select(c => rows.Max(r => r[c].Length)).ToArray();
        bool[] right = table.Columns.Select(IsNumeric).ToArray();
        string text = string.Join("\n", rows.Select(r => string.Join("  ",
            r.Select((t, c) => right[c] ? t.PadLeft(widths[c]) : t.PadRight(widths[c]))).TrimEnd()));
        return table.Rows.Count > Page ? $"{text}\n… {table.Rows.Count} rows × {table.Columns.Count} columns" : text;
    }

    private string ToHtml()
    {
        const string cell = "padding:3px 12px;white-space:nowrap;";
        var body = new StringBuilder();
        bool[] right = table.Columns.Select(IsNumeric).ToArray();
        string Style(int column) => cell + (right[column] ? "text-align:right;font-variant-numeric:tabular-nums" : "text-align:left");
        int index = 0;
        foreach (var row in Rows(Most))
            body.Append(index++ < Page ? "<tr>" : "<tr hidden>")
                .AppendJoin("", row.Select((value, c) =>
                    $"<td style=\"{Style(c)}\">{WebUtility.HtmlEncode(Text(value))}</td>")).Append("</tr>");
        string head = string.Concat(table.Columns.Select((c, i) => $"<th style=\"{Style(i)}\">{WebUtility.HtmlEncode(c.Name)}</th>"));
        string id = FigureHtml.Id(head + body);
        string all = $"{table.Rows.Count}" + (table.Rows.Count > Most ? $" (first {Most} here)" : "");
        string pages = index <= Page ? ""
            : $"<div class=\"svae-pages\" data-all=\"{all}\" style=\"font-size:12px\"><button hidden>◀</button> <button hidden>▶</button> <span>rows 1 to {Page} of {all}</span></div>";
        return $"<div data-svae-table=\"{id}\" style=\"font:13px sans-serif;overflow-x:auto\"><table style=\"border-collapse:collapse;font:13px sans-serif\"><thead><tr style=\"border-bottom:1.5px solid currentColor\">{head}</tr></thead><tbody>{body}</tbody></table>{pages}</div>"
            + (pages.Length == 0 ? "" : $"<script>{Script.ReplaceLineEndings("\n")}(\"{id}\",{Page})</script>");
    }

    private IEnumerable<object?[]> Rows(int most)
    {
        for (long r = 0; r < Math.Min(table.Rows.Count, most); r++) yield return table.Columns.Select(c => c[r]).ToArray();
    }

    private static bool IsNumeric(DataFrameColumn column) => column.IsNumericColumn();

    private static string Text(object? value) => value switch
    {
        null => "",
        double number => number.ToString("G6", CultureInfo.InvariantCulture).Replace('-', '−'),
        float number => number.ToString("G6", CultureInfo.InvariantCulture).Replace('-', '−'),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
