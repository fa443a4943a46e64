using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Terminal;

namespace Svae.Notebooks.Export;

/// <summary>One HTML file out of a notebook, which opens anywhere and loads nothing: text, folded code, outputs, contents, times.</summary>
public static class HtmlExporter
{
    /// <summary>Writes the file in one step.</summary>
    /// <param name="notebook">The notebook, executed or not.</param>
    /// <param name="name">Its title where it has no heading.</param>
    /// <param name="path">The HTML file.</param>
    /// <param name="folder">Where the notebook lies, for pictures beside it; default: the current folder.</param>
    public static void Save(NotebookDocument notebook, string name, string path, string folder = ".") => AtomicFile.Write(path, ToHtml(notebook, name, folder));

    /// <summary>The page.</summary>
    /// <param name="notebook">The notebook, executed or not.</param>
    /// <param name="name">Its title where it has no heading.</param>
    /// <param name="folder">Where the notebook lies, for pictures beside it.</param>
    public static string ToHtml(NotebookDocument notebook, string name, string folder = ".")
    {
        var markdown = new MarkdownPage();
        var pictures = new Pictures(folder);
        var titles = CellPosition.Of(notebook).ToDictionary(pair => pair.Cell, pair => pair.Position);
        var body = new StringBuilder();
        foreach (var cell in notebook.Cells)
        {
            if (cell.Kind == "markdown") body.Append($"<section class=\"text\">{markdown.ToHtml(cell.Source, url => pictures.Find(cell, url))}</section>\n");
            else if (cell.IsCode) body.Append(Code(cell, titles[cell], markdown));
        }
        bool charts = notebook.Cells.SelectMany(cell => cell.Outputs).Any(OutputHtml.WantsPlotly);
        string title = markdown.Headings.FirstOrDefault()?.Html ?? Markup.Escape(name);
        return Page(title, name, Contents(markdown.Headings), Header(notebook, name) + body, charts);
    }

    private static string Code(NotebookCell cell, CellPosition position, MarkdownPage markdown)
    {
        if (cell.Source.Trim().Length == 0) return "";
        var outputs = cell.Outputs.ToArray();
        bool failed = outputs.Any(output => Json.String(output["output_type"]) == "error");
        string number = cell.ExecutionCount is { } n ? $"[{n}]" : "[ ]";
        string time = CellTimes.Elapsed(cell) is { } elapsed ? Durations.Short(elapsed) : "";
        string first = Markup.Escape(cell.Source.Split('\n').Select(line => line.Trim()).First(line => line.Length > 0));
        string html = $"""
            <section class="cell{(failed ? " failed" : "")}" id="cell-{position.Number}">
            <details{(failed ? " open" : "")}><summary><span class="number">{number}</span><code class="first">{first}</code><span class="time">{time}</span></summary>
            <pre class="code"><code>{CSharpHighlighter.ToHtml(cell.Source)}</code></pre></details>

            """;
        if (outputs.Length > 0) html += $"<div class=\"outputs\">{string.Join('\n', outputs.Select(output => OutputHtml.Of(output, markdown)))}</div>\n";
        return html + "</section>\n";
    }

    private static string Header(NotebookDocument notebook, string name)
    {
        var mark = notebook.Metadata["svae"] as JsonObject;
        string status = Json.String(mark?["status"]) ?? "";
        var times = notebook.Cells.Select(CellTimes.Elapsed).OfType<TimeSpan>().ToArray();
        var facts = new List<string> { $"{Markup.Escape(name)}.ipynb" };
        if (times.Length > 0) facts.Add($"ran {times.Length} cells in {Durations.Short(times.Aggregate(TimeSpan.Zero, (sum, time) => sum + time))}");
        if (mark?["parameters"] is JsonObject given) facts.AddRange(given.Select(pair => Markup.Escape($"{pair.Key} = {Json.String(pair.Value)}")));
        string banner = status is "" or "succeeded" ? "" : $"<p class=\"banner\">This run {Markup.Escape(status switch { "failed" => "failed", "cancelled" => "was stopped", "timedout" => "ran out of time", _ => status })}; what follows is as far as it got.</p>\n";
        return $"<header><span class=\"facts\">{string.Join(" · ", facts)}</span><button type=\"button\" id=\"fold\" hidden>Show all code</button></header>\n{banner}";
    }

    private static string Contents(IReadOnlyList<Heading> headings)
    {
        var listed = headings.Where(heading => heading.Level <= 3).ToArray();
        if (listed.Length < 2) return "";
        var links = listed.Select(heading => $"<a class=\"level{heading.Level}\" href=\"#{heading.Id}\">{heading.Html}</a>");
        return $"<nav><details open><summary>Contents</summary>{string.Join('\n', links)}</details></nav>";
    }

    private static string Page(string title, string name, string contents, string body, bool charts) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{(title.Contains('<') ? Markup.Escape(name) : title)}</title>
        <style>
        {Resource("page.css")}
        </style>
        {(charts ? $"<script>{PlotlyScript.Text()}</script>" : "")}
        </head>
        <body>
        {contents}
        <main>
        {body}
        </main>
        <script>
        {Resource("page.js")}
        </script>
        </body>
        </html>

        """;

    private static string Resource(string name)
    {
        var assembly = Assembly.GetExecutingAssembly();
        using var reader = new StreamReader(assembly.GetManifestResourceStream($"Svae.Notebooks.Export.{name}")!);
        return reader.ReadToEnd().TrimEnd();
    }
}
