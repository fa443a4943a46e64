using System.Text.Json.Nodes;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Export;
using Xunit;

namespace Svae.Notebooks.Tests.Documents;

public sealed class NotebookDocumentTests
{
    private const string Sample = """
        {"cells": [
          {"cell_type": "markdown", "id": "a", "metadata": {"own": [1, {"x": null}]}, "source": ["# T\n", "text $x$"], "attachments": {"p.png": {"image/png": "AAAA"}}},
          {"cell_type": "code", "id": "b", "metadata": {"tags": ["parameters", "other"]}, "source": "int a = 1;\r\nint b = 2;", "execution_count": 3,
           "outputs": [{"output_type": "stream", "name": "stdout", "text": ["x\n"]}, {"output_type": "display_data", "data": {"text/plain": "p", "application/json": {"k": 1}}, "metadata": {}}]},
          {"cell_type": "raw", "metadata": {}, "source": "raw"}],
         "metadata": {"kernelspec": {"name": "python3"}, "widgets": {"state": 5}}, "nbformat": 4, "nbformat_minor": 5, "unknown": "ümlaut 𝒩 </script>"}
        """;

    [Fact]
    public void Unknown_fields_survive_reading_and_writing()
    {
        string written = NotebookDocument.Parse(Sample).ToJson();
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Sample), JsonNode.Parse(written)));
        Assert.Contains("ümlaut", written, StringComparison.Ordinal);
        Assert.EndsWith("}\n", written, StringComparison.Ordinal);
    }

    [Fact]
    public void Sources_may_be_a_string_or_lines()
    {
        var cells = NotebookDocument.Parse(Sample).Cells;
        Assert.Equal(["# T\ntext $x$", "int a = 1;\nint b = 2;", "raw"], cells.Select(cell => cell.Source));
        Assert.Equal(["parameters", "other"], cells[1].Tags);
        Assert.Equal(3, cells[1].ExecutionCount);
    }

    [Fact]
    public void The_kernel_is_named_only_where_none_is()
    {
        var own = NotebookDocument.Parse(Sample);
        own.Complete();
        Assert.Equal("python3", (string?)own.Metadata["kernelspec"]!["name"]);
        Assert.Equal("cell-3", (string?)own.Cells[2].Node["id"]);
        Assert.Equal(".net-csharp", (string?)NotebookDocument.New().Metadata["kernelspec"]!["name"]);
    }

    [Theory]
    [InlineData("", "the JSON is broken at line 1")]
    [InlineData("[]", "not an object")]
    [InlineData("{\"cells\": [], \"nbformat\": 3}", "nbformat is 3")]
    [InlineData("{\"cells\": {}, \"nbformat\": 4}", "no list of cells")]
    [InlineData("{\"cells\": [7], \"nbformat\": 4}", "cell 1 is a number")]
    [InlineData("{\"cells\": [{\"cell_type\": \"code\", \"source\": [1]}], \"nbformat\": 4}", "cell 1: source is neither")]
    [InlineData("{\"cells\": [{\"cell_type\": \"sql\", \"source\": \"\"}], \"nbformat\": 4}", "cell_type \"sql\" is unknown")]
    [InlineData("{\"cells\": [], \"cells\": [], \"nbformat\": 4}", "broken")]
    public void What_is_no_notebook_is_refused_in_one_line(string text, string part)
    {
        string message = Assert.Throws<NotebookFormatException>(() => NotebookDocument.Parse(text)).Message;
        Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_file_that_cannot_be_read_names_its_path()
    {
        string message = Assert.Throws<NotebookFormatException>(() => NotebookDocument.Load("no/such.ipynb")).Message;
        Assert.Equal("no/such.ipynb: no such file", message);
    }

    [Fact]
    public void Ten_thousand_mutated_notebooks_are_read_or_refused_but_never_crash()
    {
        string[] words = ["{", "}", "[", "]", "\"", ",", ":", "null", "true", "-1", "1e999", "\\u0000", "\\ud800", "\n", "4", "\"cells\"", "\"source\"", "\"text\""];
        var random = new Random(20_261);
        for (int i = 0; i < 10_000; i++)
        {
            string text = Sample;
            for (int edits = random.Next(1, 5); edits > 0; edits--)
            {
                int from = random.Next(text.Length + 1), to = Math.Min(text.Length, from + random.Next(13));
                text = text[..from] + words[random.Next(words.Length)] + text[to..];
            }
            ReadAll(text);
        }
    }

    [Fact]
    public void Values_of_the_wrong_kind_anywhere_are_read_or_refused_but_never_crash()
    {
        JsonNode?[] others = [null, 1, "text", true, new JsonArray(1, "x", null), new JsonObject { ["a"] = 1 }];
        var paths = Paths(JsonNode.Parse(Sample)!).ToArray();
        foreach (string path in paths)
            foreach (var other in others)
            {
                var root = JsonNode.Parse(Sample)!;
                Replace(root, path, other?.DeepClone());
                ReadAll(root.ToJsonString());
            }
    }

    // Whatever can be read can also be written and shown.
    private static void ReadAll(string text)
    {
        NotebookDocument notebook;
        try { notebook = NotebookDocument.Parse(text); }
        catch (NotebookFormatException) { return; }
        notebook.Complete();
        HtmlExporter.ToHtml(notebook, "n");
        foreach (var cell in notebook.Cells) cell.ClearResults();
        NotebookDocument.Parse(notebook.ToJson());
    }

    private static IEnumerable<string> Paths(JsonNode? node) => node switch
    {
        JsonObject entries => entries.SelectMany(entry => Paths(entry.Value).Prepend(entries[entry.Key]?.GetPath() ?? "")).Where(path => path.Length > 0),
        JsonArray items => items.SelectMany(item => Paths(item).Prepend(item?.GetPath() ?? "")).Where(path => path.Length > 0),
        _ => [],
    };

    private static void Replace(JsonNode root, string path, JsonNode? value)
    {
        var found = Find(root, path);
        if (found?.Parent is JsonObject parent) parent[found.GetPropertyName()] = value;
        else if (found?.Parent is JsonArray list) list[found.GetElementIndex()] = value;
    }

    private static JsonNode? Find(JsonNode? node, string path) => node is null ? null : node.GetPath() == path ? node : node switch
    {
        JsonObject entries => entries.Select(entry => Find(entry.Value, path)).FirstOrDefault(found => found is not null),
        JsonArray items => items.Select(item => Find(item, path)).FirstOrDefault(found => found is not null),
        _ => null,
    };
}
