using Svae.Notebooks.Execution;
using Svae.Notebooks.Ledger;
using Svae.Workbench;
using Xunit;

namespace Svae.Notebooks.Tests.Ledger;

public sealed class NotebookLedgerTests : IDisposable
{
    private readonly Workspace work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public async Task A_run_keeps_what_the_notebook_recorded_with_the_parameters_in_force()
    {
        await work.RunAsync(request => request with { Parameters = [("Seed", "4")], Quick = true }, default,
            "parameters:int Seed = 0;\nbool Quick = false;\nstring Data = \"a = b\";",
            "Notebook.Ledger.Record(\"loss\", double.NaN, atMost: 1);",
            "Notebook.Ledger.Record(\"accuracy\", .7, atLeast: .58);\nNotebook.Ledger");
        var ledger = NotebookLedger.Load(Path.Combine(work.Output, "n-results", NotebookLedger.FileName));
        Assert.Equal("n", ledger.Notebook);
        Assert.Equal([("Seed", "4"), ("Quick", "true"), ("Data", "a = b")], ledger.Parameters.Select(p => (p.Key, p.Value)));
        Assert.Equal([("loss", double.NaN, false), ("accuracy", .7, true)], ledger.Scores.Select(s => (s.Name, s.Value, s.Holds()!.Value)));
        Assert.All(ledger.Scores, score => Assert.Equal(4, score.Seed));
        Assert.Contains("1 of 2 claims hold", work.Shown(3), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notebook_that_records_nothing_leaves_no_ledger()
    {
        var outcome = await work.RunAsync("1");
        Assert.Equal(RunStatus.Succeeded, outcome.Status);
        Assert.Empty(Directory.GetFiles(work.Output, NotebookLedger.FileName, SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"notebook\": \"n\", \"scores\"")]
    [InlineData("null")]
    [InlineData("{\"notebook\": \"n\"}")]
    [InlineData("{\"notebook\": null, \"parameters\": {}, \"seconds\": 1, \"scores\": []}")]
    public void Half_a_ledger_is_one_line(string text)
    {
        string path = Path.Combine(work.Folder, NotebookLedger.FileName);
        File.WriteAllText(path, text);
        string message = Assert.Throws<UserInputException>(() => NotebookLedger.Load(path)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
