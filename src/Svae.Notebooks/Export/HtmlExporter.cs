using System.Text;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Terminal;
using Svae.Workbench.Display;

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
            else if (cell.Kind == "raw") body.Append(Raw(cell));
            else if (cell.IsCode) body.Append(Code(cell, titles[cell], markdown));
        }
        bool charts = notebook.Cells.SelectMany(cell => cell.Outputs).Any(OutputHtml.WantsPlotly);
        string main = $"{Contents(markdown.Headings)}\n<main>\n{Header(notebook, name)}{body}\n</main>";
        return HtmlPage.Of(Title(markdown, name), main, "notebook", charts ? PlotlyLibrary.Script() : null);
    }

    // A heading with markup in it (a formula) is no title.
    private static string Title(MarkdownPage markdown, string name) =>
        markdown.Headings.Select(heading => heading.Html).FirstOrDefault() is { Length: > 0 } first && !first.Contains('<') ? first : Markup.Escape(name);

    // Text for another program; what is meant for a page stands in it as it is.
    private static string Raw(NotebookCell cell)
    {
        string? format = Json.String(cell.Metadata["format"]) ?? Json.String(cell.Metadata["raw_mimetype"]);
        return cell.Source.Trim().Length == 0 ? ""
            : format == "text/html" ? $"<div class=\"html\">{cell.Source}</div>\n" : $"<pre class=\"raw\">{Markup.Escape(cell.Source)}</pre>\n";
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
        var mark = RunMark.Of(notebook);
        var times = notebook.Cells.Select(CellTimes.Elapsed).OfType<TimeSpan>().ToArray();
        var facts = new List<string> { $"{Markup.Escape(name)}.ipynb" };
        if (times.Length > 0) facts.Add($"ran {times.Length} cells in {Durations.Short(times.Aggregate(TimeSpan.Zero, (sum, time) => sum + time))}");
        if (mark?.Claims > 0) facts.Add($"{mark.Holding} of {mark.Claims} claims hold");
        if (mark is not null) facts.AddRange(mark.Parameters.Select(pair => Markup.Escape($"{pair.Name} = {pair.Value}")));
        string banner = mark is null or { Status: RunStatus.Succeeded } ? ""
            : $"<p class=\"banner\">This run {(mark.Status == RunStatus.Cancelled ? "was stopped" : mark.Status.Words())}; what follows is as far as it got.</p>\n";
        return $"<header><span class=\"facts\">{string.Join(" · ", facts)}</span><button type=\"button\" id=\"fold\" hidden>Show all code</button></header>\n{banner}";
    }

    private static string Contents(IReadOnlyList<Heading> headings)
    {
        var listed = headings.Where(heading => heading.Level <= 3).ToArray();
        if (listed.Length < 2) return "";
        var links = listed.Select(heading => $"<a class=\"level{heading.Level}\" href=\"#{heading.Id}\">{heading.Html}</a>");
        return $"<nav><details open><summary>Contents</summary>{string.Join('\n', links)}</details></nav>";
    }
}
