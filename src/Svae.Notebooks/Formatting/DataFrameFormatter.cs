using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Data.Analysis;

namespace Svae.Notebooks.Formatting;

/// <summary>A table as HTML or as aligned text: the first rows, and how many there are.</summary>
internal static class DataFrameFormatter
{
    private const int RowsShown = 25;

    public static string ToHtml(DataFrame table)
    {
        var html = new StringBuilder("<table class=\"dataframe\"><thead><tr>");
        foreach (var column in table.Columns) html.Append("<th>").Append(WebUtility.HtmlEncode(column.Name)).Append("</th>");
        html.Append("</tr></thead><tbody>");
        foreach (var row in Rows(table))
        {
            html.Append("<tr>");
            foreach (object? value in row)
                html.Append(IsNumber(value) ? "<td style=\"text-align:right\">" : "<td style=\"text-align:left\">").Append(WebUtility.HtmlEncode(Text(value))).Append("</td>");
            html.Append("</tr>");
        }
        html.Append("</tbody></table>");
        if (table.Rows.Count > RowsShown) html.Append("<p>").Append(Size(table)).Append("</p>");
        return html.ToString();
    }

    public static string ToText(DataFrame table)
    {
        var rows = Rows(table).Select(row => row.Select(value => (Text: Text(value), Right: IsNumber(value))).ToArray()).ToArray();
        int[] widths = table.Columns.Select((column, c) => rows.Select(row => row[c].Text.Length).Append(column.Name.Length).Max()).ToArray();
        var text = new StringBuilder();
        text.Append(string.Join("  ", table.Columns.Select((column, c) => column.Name.PadLeft(widths[c])))).Append('\n');
        foreach (var row in rows)
            text.Append(string.Join("  ", row.Select((value, c) => value.Right ? value.Text.PadLeft(widths[c]) : value.Text.PadRight(widths[c]))).TrimEnd()).Append('\n');
        if (table.Rows.Count > RowsShown) text.Append(Size(table)).Append('\n');
        return text.ToString().TrimEnd();
    }

    private static IEnumerable<object?[]> Rows(DataFrame table)
    {
        for (long r = 0; r < Math.Min(table.Rows.Count, RowsShown); r++)
            yield return table.Columns.Select(column => column[r]).ToArray();
    }

    private static string Size(DataFrame table) => $"… {table.Rows.Count} rows × {table.Columns.Count} columns";

    private static bool IsNumber(object? value) => value is IConvertible and not (string or bool or char or DateTime);

    private static string Text(object? value) => value switch
    {
        null => "",
        double number => number.ToString("G6", CultureInfo.InvariantCulture),
        float number => number.ToString("G6", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
