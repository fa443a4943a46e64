using Svae.Notebooks.Commands;
using Svae.Notebooks.Ledger;
using Svae.Workbench;
using Svae.Workbench.Diagnostics;
using Xunit;

namespace Svae.Notebooks.Tests.Ledger;

public sealed class ReadmeTableTests : IDisposable
{
    private const string Empty = $"# Title\n\n{ReadmeTable.Begin}\nold\n{ReadmeTable.End}\nend\n";
    private readonly Workspace work = new();
    private readonly StringWriter terminal = new() { NewLine = "\n" };

    public void Dispose() => work.Dispose();

    [Fact]
    public async Task Ledgers_of_full_runs_are_gathered_and_the_README_says_what_they_say()
    {
        Write("a", "false", new ReproductionScore { Name = "acc|uracy", Value = .7, AtLeast = .58, Reference = .52, ReferenceSource = "published code", Figure = "Fig. 4" });
        Write("b", "true", new ReproductionScore { Name = "quick", Value = 1, AtLeast = 2 });
        Write("c", "false", new ReproductionScore { Name = "gap", Value = 2e-3, AtMost = 1e-6, Unit = "nats", Oracle = "quadrature" });
        foreach (string name in (string[])["a", "b", "c"]) work.Write(name, "parameters:bool Quick = false;");
        await File.WriteAllTextAsync(In("README.md"), Empty);
        Assert.Equal(1, await LedgerAsync());
        Assert.Contains("left out, run in quick mode: b\n", terminal.ToString(), StringComparison.Ordinal);
        Assert.Contains("✗ c: gap: 0.002 nats, claimed ≤ 1e−6\n1 of 2 claims hold\n", terminal.ToString(), StringComparison.Ordinal);
        string readme = await File.ReadAllTextAsync(In("README.md"));
        Assert.Equal($"""
            # Title

            {ReadmeTable.Begin}
            | of the paper | notebook | score | value | claim | compared with | |
            |---|---|---|---|---|---|---|
            | Fig. 4 | [a](notebooks/a.ipynb) | acc\|uracy | 0.7 | ≥ 0.58 | 0.52 (published code) | ✓ |
            |  | [c](notebooks/c.ipynb) | gap | 0.002 nats | ≤ 1e−6 | quadrature | ✗ |
            {ReadmeTable.End}
            end

            """.ReplaceLineEndings("\n"), readme);

        // A second time one notebook is newer, the other stays, and the check sees a README that lags behind.
        Directory.Delete(In("results"), recursive: true);
        Write("c", "false", new ReproductionScore { Name = "gap", Value = 1e-9, AtMost = 1e-6 });
        Assert.Equal(0, await LedgerAsync());
        Assert.Equal(0, await LedgerAsync("--check"));
        await File.WriteAllTextAsync(In("README.md"), readme);
        Assert.Equal(1, await LedgerAsync("--check"));
        Assert.Equal(["a", "c"], CommittedLedger.Load(In("ledger.json")).Select(ledger => ledger.Notebook));
    }

    [Fact]
    public async Task Further_seeds_from_runs_and_sweeps_stand_in_brackets_and_a_row_holds_when_every_seed_does()
    {
        work.Write("a", "parameters:int Seed = 0;\nbool Quick = false;\ndouble Rate = 1e-3;");
        await File.WriteAllTextAsync(In("README.md"), Empty);
        Put("results/a-results", Run("0", "1e-3", 17.26, .5));
        Put("sweep/runs/1", Run("1", "0.001d", 17.14, .25));
        Put("sweep/runs/2", Run("2", "0.001d", 17.09, 2));
        Put("sweep/runs/3", Run("1", "0.1d", 1, 1));
        Assert.Equal(1, await LedgerAsync(In("sweep")));
        string said = terminal.ToString(), readme = await File.ReadAllTextAsync(In("README.md"));
        Assert.Contains("| bound | 17.26 nats (17.14, 17.09) | ≥\u00a017 |  | ✓ |", readme, StringComparison.Ordinal);
        Assert.Contains("| gap | 0.5 (0.25, 2) | ≤\u00a01 |  | ✗ |", readme, StringComparison.Ordinal);
        Assert.Contains("left out: a, seed 1: Rate = 0.1d, where the notebook has 1e-3\n", said, StringComparison.Ordinal);
        Assert.Contains("✗ a: gap: 2, claimed ≤ 1 (seed 2)\n1 of 2 claims hold\n", said, StringComparison.Ordinal);

        // A newer run of one seed takes that seed's place alone.
        Put("sweep/runs/2", Run("2", "0.001d", 17.5, .75));
        Directory.Delete(In("results"), recursive: true);
        Directory.CreateDirectory(In("results"));
        Assert.Equal(0, await LedgerAsync(In("sweep/runs/2")));
        Assert.Contains("17.26 nats (17.14, 17.5)", await File.ReadAllTextAsync(In("README.md")), StringComparison.Ordinal);
        Assert.Equal(0, await LedgerAsync("--check"));

        // Once the notebook has another rate, what is committed is no longer its claim.
        work.Write("a", "parameters:int Seed = 0;\nbool Quick = false;\ndouble Rate = 2e-3;");
        Assert.Equal(1, await LedgerAsync("--check"));
    }

    [Theory]
    [InlineData("int Seed = 0;\nint Extra = 1;\ndouble Rate = 1e-3;", "without Extra, a parameter that is new")]
    [InlineData("int Seed = 0;", "Rate, which is no parameter of the notebook any more")]
    [InlineData(null, "no such notebook")]
    public void Runs_of_a_notebook_that_has_changed_are_left_out_with_the_reason(string? parameters, string reason)
    {
        if (parameters is not null) work.Write("a", "parameters:" + parameters);
        Assert.Empty(CommittedLedger.Merge([Run("0", "1e-3", 17, 1)], [], new OwnParameters(work.Folder), out var leftOut));
        Assert.StartsWith($"a, seed 0: {reason}", Assert.Single(leftOut), StringComparison.Ordinal);
    }

    [Fact]
    public void A_README_without_the_markers_is_told_which() =>
        Assert.Contains(ReadmeTable.Begin, Assert.Throws<UserInputException>(() => ReadmeTable.Put("# Title\n", "")).Message, StringComparison.Ordinal);

    [Fact]
    public void The_committed_README_says_what_the_committed_ledger_says()
    {
        string root = Repository.Root;
        var ledgers = CommittedLedger.Load(Path.Combine(root, "notebooks", "ledger.json"));
        Assert.NotEmpty(ledgers.SelectMany(ledger => ledger.Scores));
        Assert.Equal(ReadmeTable.Of(ledgers), ReadmeTable.In(File.ReadAllText(Path.Combine(root, "README.md")).ReplaceLineEndings("\n")));
        Assert.All(ledgers, ledger => Assert.True(File.Exists(Path.Combine(root, "notebooks", ledger.Notebook + ".ipynb")), ledger.Notebook));
    }

    private void Write(string notebook, string quick, ReproductionScore score) =>
        Put($"results/{notebook}-results", new NotebookLedger(notebook, new Dictionary<string, string> { ["Quick"] = quick }, 1.5, [score]));

    private static NotebookLedger Run(string seed, string rate, double bound, double gap) => new("a", new Dictionary<string, string> { ["Seed"] = seed, ["Rate"] = rate }, 1,
        [new() { Name = "bound", Value = bound, AtLeast = 17, Unit = "nats", Seed = long.Parse(seed, null) }, new() { Name = "gap", Value = gap, AtMost = 1, Seed = long.Parse(seed, null) }]);

    private void Put(string folder, NotebookLedger ledger) =>
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(In(folder)).FullName, NotebookLedger.FileName), ledger.ToJson());

    private Task<int> LedgerAsync(params string[] more) =>
        CommandLine.InvokeAsync(["ledger", In("results"), "--ledger", In("ledger.json"), "--readme", In("README.md"), .. more], terminal);

    private string In(string name) => Path.Combine(work.Folder, name);
}
