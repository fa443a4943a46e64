using Svae.Notebooks.Commands;
using Svae.Notebooks.Sweeps;
using Svae.Workbench;
using Xunit;

namespace Svae.Notebooks.Tests.Sweeps;

/// <summary>Sweeps on this computer, with real processes.</summary>
public sealed class SweepTests : IDisposable
{
    private const string Parameters = "parameters:double Rate = 1;\nint Seed = 0;";
    private readonly Workspace work = new();
    private readonly StringWriter terminal = new() { NewLine = "\n" };

    public void Dispose() => work.Dispose();

    private string Folder => Path.Combine(work.Folder, "sweep");

    [Fact]
    public async Task A_sweep_tabulates_mean_and_deviation_and_only_what_is_missing_or_damaged_runs_again()
    {
        string counter = Path.Combine(work.Folder, "ran.txt");
        string notebook = work.Write("n", Parameters,
            $"lock (Notebook) File.AppendAllText(@\"{counter}\", Rate + \"/\" + Seed + \"\\n\");\nNotebook.Save(\"a.csv\", \"x\");\nNotebook.Ledger.Record(\"loss\", Rate + Seed, atMost: 9);\nNotebook.Ledger.Record(\"cores\", Environment.ProcessorCount);");
        Assert.Equal(0, await SweepAsync(notebook, 2, "Rate=1,3", "0..1"));
        Assert.Equal(4, File.ReadLines(counter).Count());
        // Mean of r and r + 1 is r + 0.5, their sample deviation √½; the lower loss comes first; each process has its share of the cores.
        string[] table = File.ReadAllLines(Path.Combine(Folder, "table.csv"));
        Assert.Equal("Rate,runs,loss,loss sd,cores,cores sd", table[0]);
        string deviation = Math.Sqrt(.5).ToString(System.Globalization.CultureInfo.InvariantCulture);
        string cores = Math.Max(1, Environment.ProcessorCount / Math.Min(2, Environment.ProcessorCount)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal([$"1,2,1.5,{deviation},{cores},0", $"3,2,3.5,{deviation},{cores},0"], table[1..]);
        string page = File.ReadAllText(Path.Combine(Folder, "index.html"));
        Assert.Contains("<b>1.5 <span class=\"sd\">± 0.707</span></b>", page, StringComparison.Ordinal);
        Assert.Contains("4 of 4 runs done", page, StringComparison.Ordinal);

        var plan = SweepPlan.Load(Folder);
        File.WriteAllText(Path.Combine(plan.FolderOf(0), "results", "a.csv"), "half written");
        File.WriteAllText(Path.Combine(plan.FolderOf(1), SweepRecord.FileName), "{\"code\": \"");
        File.Delete(Path.Combine(plan.FolderOf(2), SweepRecord.FileName));
        Assert.Equal(0, await SweepAsync(notebook, 2, "Rate=1,3", "0..2"));
        Assert.Equal(["1/0", "1/1", "1/2", "3/0", "3/2"], File.ReadLines(counter).Skip(4).Order());
        Assert.Contains("1 of 6 runs are done already", terminal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_fails_or_dies_is_told_and_tried_again()
    {
        string notebook = work.Write("n", Parameters,
            "if (Seed == 0) throw new Exception(\"the cause\");\nif (Seed == 1) Environment.FailFast(\"dead\");\nNotebook.Ledger.Record(\"a\", 1);");
        Assert.Equal(1, await SweepAsync(notebook, 3, "Rate=1", "0..2"));
        string said = terminal.ToString();
        Assert.Contains("the cause (cell 3)", said, StringComparison.Ordinal);
        Assert.Contains("the process ended with code", said, StringComparison.Ordinal);
        Assert.Contains("1 of 3 runs done, 2 failed", said, StringComparison.Ordinal);
        Assert.Contains("the cause", File.ReadAllText(Path.Combine(Folder, "index.html")), StringComparison.Ordinal);
        var plan = SweepPlan.Load(Folder);
        Assert.Equal([false, false, true], Enumerable.Range(0, 3).Select(task => SweepRecord.Of(plan, task)!.Succeeded()));
    }

    [Fact]
    public async Task A_sweep_that_is_stopped_ends_its_processes_and_goes_on_later()
    {
        string begun = Path.Combine(work.Folder, "begun.txt"), goOn = Path.Combine(work.Folder, "go");
        string notebook = work.Write("n", Parameters, $"File.WriteAllText(@\"{begun}\", \"\");\nif (!File.Exists(@\"{goOn}\")) await Task.Delay(-1, Notebook.Cancellation);");
        using var stop = new CancellationTokenSource();
        var sweep = SweepAsync(notebook, 1, "Rate=1", "0..1", stop.Token);
        while (!File.Exists(begun)) await Task.Delay(50);
        await stop.CancelAsync();
        Assert.Equal(130, await sweep.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains("0 of 2 runs done\n", terminal.ToString(), StringComparison.Ordinal);
        Assert.Equal(["cancelled", null], Enumerable.Range(0, 2).Select(task => SweepRecord.Of(SweepPlan.Load(Folder), task)?.Status));
        File.WriteAllText(goOn, "");
        Assert.Equal(0, await SweepAsync(notebook, 1, "Rate=1", "0..1"));
    }

    [Fact]
    public async Task A_wrong_setting_is_told_before_anything_runs_and_other_code_makes_old_runs_void()
    {
        string notebook = work.Write("n", Parameters, "Notebook.Ledger.Record(\"a\", Rate);");
        string message = (await Assert.ThrowsAsync<UserInputException>(() => SweepAsync(notebook, 1, "Rat=1", "0"))).Message;
        Assert.StartsWith("parameter Rat is unknown. Did you mean Rate?", message, StringComparison.Ordinal);
        Assert.Equal(2, await CommandLine.InvokeAsync(["sweep", Path.Combine(work.Folder, "none.ipynb"), "--seeds", "0..1", "--out", Folder], terminal));
        Assert.False(Directory.Exists(Folder));
        var plan = SweepPlan.Make(notebook, [new Setting([("Rate", "2")])], Folder, quick: false, null, html: false);
        plan.Save();
        SweepRecord.Write(plan, 0, Svae.Notebooks.Execution.RunStatus.Succeeded, TimeSpan.FromSeconds(1), null, []);
        Assert.NotNull(SweepRecord.Of(SweepPlan.Load(Folder), 0));
        work.Write("n", "md:another text", Parameters, "Notebook.Ledger.Record(\"a\", Rate);");
        Assert.NotNull(SweepRecord.Of(SweepPlan.Make(notebook, [new Setting([("Rate", "2")])], Folder, quick: false, null, html: false), 0));
        work.Write("n", Parameters, "Notebook.Ledger.Record(\"a\", 2 * Rate);");
        Assert.Null(SweepRecord.Of(SweepPlan.Make(notebook, [new Setting([("Rate", "2")])], Folder, quick: false, null, html: false), 0));
    }

    [Fact]
    public async Task Two_sweeps_do_not_share_a_folder()
    {
        Directory.CreateDirectory(Folder);
        using var other = new FileStream(Path.Combine(Folder, ".lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        string message = (await Assert.ThrowsAsync<UserInputException>(() => SweepAsync(work.Write("n", Parameters), 1, "Rate=1", "0"))).Message;
        Assert.Contains("another sweep is at work", message, StringComparison.Ordinal);
    }

    private Task<int> SweepAsync(string notebook, int jobs, string list, string seeds, CancellationToken cancel = default)
    {
        var grid = SweepGrid.Combine([], [SweepGrid.List(list)], SweepGrid.Seeds(seeds));
        return new SweepSession(terminal, Folder, plain: true, null).RunAsync(SweepPlan.Make(notebook, grid, Folder, quick: false, null, html: false), jobs, cancel);
    }
}
