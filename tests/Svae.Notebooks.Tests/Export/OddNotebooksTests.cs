using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Export;
using Xunit;

namespace Svae.Notebooks.Tests.Export;

/// <summary>Notebooks as other programs, older versions and accidents leave them.</summary>
public sealed class OddNotebooksTests
{
    // One of everything the format knows, with what hands and programs put into it.
    private const string Everything = """
        {"nbformat": 4, "nbformat_minor": MINOR, "metadata": {"svae": {"status": "failed", "seconds": 3, "parameters": {"Seed": "1"}}}, "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Title $x_t$\n", "text $$\\frac{a}{b}$$ ![p](attachment:p.png)"], "attachments": {"p.png": {"image/png": "QUJD"}}},
        {"cell_type": "raw", "metadata": {"format": "text/html"}, "source": "<b>raw page</b>"},
        {"cell_type": "raw", "metadata": {}, "source": "raw <text>"},
        {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "execution_count": null, "source": "int a = 1;", "outputs": []},
        {"cell_type": "code", "metadata": {}, "execution_count": 2, "source": "a", "outputs": [
          {"output_type": "stream", "name": "stdout", "text": ["one\n", "two"]},
          {"output_type": "display_data", "metadata": {}, "data": {"image/png": "QUJD\n", "text/plain": "p"}},
          {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": ["<svg>", "</svg>"]}},
          {"output_type": "display_data", "metadata": {}, "data": {"text/markdown": "**bold** $y$"}},
          {"output_type": "display_data", "metadata": {}, "data": {"text/latex": "$$z^2$$"}},
          {"output_type": "display_data", "metadata": {}, "data": {"application/json": {"k": [1, null]}}},
          {"output_type": "execute_result", "execution_count": 2, "metadata": {}, "data": {"text/html": ["<table><tr><td>", "cell</td></tr></table>"], "text/plain": "t"}},
          {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\u001b[31mred\u001b[0m <trace>"]},
          {"output_type": "update_display_data", "data": {}}, {"output_type": 7}]},
        {"cell_type": "code", "metadata": {"collapsed": true}, "source": ""}]}
        """;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Every_minor_version_and_every_kind_of_cell_and_output_is_shown(int minor)
    {
        string html = Export(Everything.Replace("MINOR", $"{minor}", StringComparison.Ordinal));
        foreach (string part in (string[])["<mfrac>", "data:image/png;base64,QUJD", "<b>raw page</b>", "raw &lt;text&gt;", "one\ntwo", "<strong>bold</strong>", "<table><tr><td>cell", "red &lt;trace&gt;", "&quot;k&quot;", "This run failed", "Seed = 1"])
            Assert.Contains(part, html, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mutated_notebook_is_exported_or_refused_in_one_line_and_in_time()
    {
        byte[] seed = Encoding.UTF8.GetBytes(Everything.Replace("MINOR", "5", StringComparison.Ordinal));
        Gen.Select(Gen.Int[0, seed.Length - 1].Array[1, 6], Gen.Byte.Array[6], Gen.Int[0, 40]).Sample((places, bytes, cut) =>
        {
            var mutated = seed.ToList();
            for (int i = 0; i < places.Length; i++) mutated[Math.Min(places[i], mutated.Count - 1)] = bytes[i];
            mutated.RemoveRange(Math.Min(places[0], mutated.Count - cut - 1), cut);
            Refused(() => Export(Encoding.UTF8.GetString([.. mutated])));
        }, iter: 3000);
    }

    [Fact]
    public void A_notebook_whose_values_are_of_other_kinds_is_exported_or_refused_in_one_line()
    {
        // Any node of the JSON replaced by any other.
        var whole = JsonNode.Parse(Everything.Replace("MINOR", "5", StringComparison.Ordinal))!;
        int count = Nodes(whole).Count();
        string[] others = ["null", "1.5", "\"\"", "\"text\"", "[]", "{}", "[[{}]]", "true", "1e99"];
        for (int place = 1; place < count; place++)
            foreach (string other in others)
            {
                var copy = whole.DeepClone();
                Nodes(copy).ElementAt(place)?.ReplaceWith(JsonNode.Parse(other));
                Refused(() => Export(copy.ToJsonString()));
            }
    }

    [Theory]
    [InlineData("$", 20_000)]
    [InlineData("[", 5_000)]
    [InlineData("> ", 5_000)]
    [InlineData("$a{", 3_000)]
    [InlineData("`", 20_000)]
    [InlineData("\\begin{aligned}", 1_000)]
    [InlineData("$\\frac{", 2_000)]
    [InlineData("*_", 10_000)]
    [InlineData("|a", 5_000)]
    [InlineData("{", 20_000, "md:$", "$")]
    [InlineData("\\sqrt", 5_000, "md:$", "$")]
    [InlineData("x^", 5_000, "md:$", "$")]
    [InlineData("(", 20_000, "")]
    [InlineData("[\"", 5_000, "")]
    public void Text_that_no_one_writes_takes_no_long_time(string piece, int times, string before = "md:", string after = "")
    {
        var clock = Stopwatch.StartNew();
        var notebook = Workspace.Notebook(before + string.Concat(Enumerable.Repeat(piece, times)) + after);
        Assert.EndsWith("</html>\n", HtmlExporter.ToHtml(notebook, "n"), StringComparison.Ordinal);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
    }

    [Fact]
    public void Of_a_huge_output_beginning_and_end_are_shown()
    {
        var notebook = Workspace.Notebook("1");
        string log = string.Concat(Enumerable.Range(0, 1_000_000).Select(i => $"step {i}\n"));
        notebook.Cells[0].SetOutputs([NotebookOutputs.Stream("stdout", log)]);
        string html = HtmlExporter.ToHtml(notebook, "n");
        Assert.True(html.Length < 250_000);
        foreach (string part in (string[])["step 0\n", "step 999999\n", "characters are left out here"]) Assert.Contains(part, html, StringComparison.Ordinal);
    }

    private static string Export(string json)
    {
        string html = HtmlExporter.ToHtml(NotebookDocument.Parse(json), "n");
        Assert.EndsWith("</html>\n", html, StringComparison.Ordinal);
        return html;
    }

    private static void Refused(Action export)
    {
        try
        {
            export();
        }
        catch (NotebookFormatException e)
        {
            Assert.DoesNotContain('\n', e.Message);
        }
    }

    private static IEnumerable<JsonNode?> Nodes(JsonNode? node)
    {
        yield return node;
        var inside = node switch { JsonObject entries => entries.Select(entry => entry.Value), JsonArray items => items, _ => [] };
        foreach (var inner in inside.ToArray().SelectMany(Nodes)) yield return inner;
    }
}
