using System.Text.RegularExpressions;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Export;
using Xunit;

namespace Svae.Notebooks.Tests.Export;

public sealed class HtmlExporterTests
{
    private const string Chart = """<div><div><img alt="chart" src="data:image/png;base64,AAAA"></div><script>if (window.Plotly) Plotly.newPlot();</script></div>""";

    [Fact]
    public void The_page_loads_nothing()
    {
        string html = HtmlExporter.ToHtml(Executed("int a = 1;", ("text/html", Chart)), "n");
        // plotly.js itself names addresses (licence, map tiles), so only what makes a browser fetch counts.
        Assert.DoesNotMatch(@"<(script|link|img|iframe)\b[^>]*\b(src|href)\s*=\s*[""']?(https?:)?//", html);
        Assert.DoesNotMatch(@"@import|url\(\s*[""']?https?:", Regex.Replace(html, "<script>.*?</script>", "", RegexOptions.Singleline));
    }

    [Fact]
    public void Plotly_is_there_once_and_only_for_charts()
    {
        string with = HtmlExporter.ToHtml(Executed("1", ("text/html", Chart), ("text/html", Chart)), "n");
        Assert.Single(Regex.Matches(with, @"plotly\.js v2"));
        Assert.True(with.IndexOf("plotly.js v2", StringComparison.Ordinal) < with.IndexOf("Plotly.newPlot", StringComparison.Ordinal));
        string without = HtmlExporter.ToHtml(Executed("1", ("text/html", "<b>x</b>")), "n");
        Assert.DoesNotContain("plotly.js", without, StringComparison.Ordinal);
        Assert.True(without.Length < 30_000);
    }

    [Fact]
    public void Outputs_show_the_richest_representation_and_nothing_is_markup_that_was_text()
    {
        var notebook = Workspace.Notebook("var x = \"<b>\"; // <i>", "2");
        notebook.Cells[0].SetOutputs([NotebookOutputs.Stream("stdout", "<script>no</script>"), NotebookOutputs.DisplayData(Bundle(("text/plain", "<plain>")))]);
        notebook.Cells[1].SetOutputs([NotebookOutputs.DisplayData(Bundle(("image/png", "AAAA"), ("text/plain", "the picture")))]);
        string html = HtmlExporter.ToHtml(notebook, "n");
        Assert.Contains("&lt;script&gt;no&lt;/script&gt;", html, StringComparison.Ordinal);
        Assert.Contains("&lt;plain&gt;", html, StringComparison.Ordinal);
        Assert.Contains("<img alt=\"the picture\" src=\"data:image/png;base64,AAAA\">", html, StringComparison.Ordinal);
        Assert.Contains("<i class=s>&quot;&lt;b&gt;&quot;</i>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Headings_make_the_contents_and_formulas_are_drawn_there_too()
    {
        string html = HtmlExporter.ToHtml(Workspace.Notebook("md:# Title\n## The model $x_t$\n## The model $x_t$"), "n");
        Assert.Contains("<title>Title</title>", html, StringComparison.Ordinal);
        Assert.Contains("href=\"#the-model\"", html, StringComparison.Ordinal);
        Assert.Contains("href=\"#the-model-2\"", html, StringComparison.Ordinal);
        Assert.Equal(4, Regex.Matches(html, "<math>").Count);
    }

    [Fact]
    public void Pictures_attached_or_beside_the_notebook_come_into_the_page()
    {
        using var work = new Workspace();
        File.WriteAllBytes(Path.Combine(work.Folder, "a b.png"), [1, 2, 3]);
        var notebook = Workspace.Notebook("md:![x](attachment:p.png) ![y](a%20b.png) ![z](missing.png)");
        notebook.Cells[0].Node["attachments"] = System.Text.Json.Nodes.JsonNode.Parse("""{"p.png": {"image/png": "QUJD"}}""");
        string html = HtmlExporter.ToHtml(notebook, "n", work.Folder);
        Assert.Contains("data:image/png;base64,QUJD", html, StringComparison.Ordinal);
        Assert.Contains("data:image/png;base64,AQID", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_run_says_so_and_opens_the_cell()
    {
        using var work = new Workspace();
        await work.RunAsync(request => request with { Html = true }, default, "md:# T", "throw new Exception(\"the <cause>\");");
        string html = File.ReadAllText(Path.Combine(work.Output, "n.html"));
        Assert.Contains("This run failed", html, StringComparison.Ordinal);
        Assert.Contains("<details open>", html, StringComparison.Ordinal);
        Assert.Contains("the &lt;cause&gt;", html, StringComparison.Ordinal);
    }

    private static NotebookDocument Executed(string code, params (string Mime, string Content)[] outputs)
    {
        var notebook = Workspace.Notebook(code);
        notebook.Cells[0].SetOutputs(outputs.Select(output => NotebookOutputs.DisplayData(Bundle(output))));
        return notebook;
    }

    private static Dictionary<string, string> Bundle(params (string Mime, string Content)[] entries) => entries.ToDictionary(entry => entry.Mime, entry => entry.Content);
}
