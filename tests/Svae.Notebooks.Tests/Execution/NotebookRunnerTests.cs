using Svae.Workbench;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Execution;
using Xunit;

namespace Svae.Notebooks.Tests.Execution;

public sealed class NotebookRunnerTests : IDisposable
{
    private readonly Workspace work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public async Task Cells_share_their_state_and_show_streams_displays_and_last_expressions()
    {
        var outcome = await work.RunAsync(
            "int a = 2; int Twice(int x) => 2 * x; record Pair(int A, int B);",
            "await Task.Delay(1); Console.Write(\"out \"); Console.Error.Write(\"err \"); display(\"shown\"); Twice(a)",
            "a = 5;",
            "using (var scope = NewDisposeScope()) { a += (int)ones(3).sum().item<float>(); }\nnew Pair(a, 1).A",
            "Console.Write(a);",
            "");
        Assert.Equal(RunStatus.Succeeded, outcome.Status);
        Assert.Equal("out err shown4", work.Shown(1));
        Assert.Equal("", work.Shown(2));
        Assert.Equal("8", work.Shown(3));
        Assert.Equal("8", work.Shown(4));
        Assert.Equal([1, 2, 3, 4, 5, 6], work.Executed.Cells.Select(cell => cell.ExecutionCount!.Value));
        Assert.Equal(["stdout", "stderr"], work.Executed.Cells[1].Outputs.Take(2).Select(output => Json.String(output["name"])));
    }

    [Fact]
    public async Task The_library_and_TorchSharp_are_there_without_a_reference()
    {
        var outcome = await work.RunAsync("""
            Tensor x = torch.zeros(2, 3);
            var table = new DataFrame(new DoubleDataFrameColumn("v", [1.5]));
            Console.Write(new WorkProgress("stage", .5).Stage + x.shape[1] + Notebook.Summary.Count + File.Exists("nothing"));
            table
            """);
        Assert.Null(outcome.Error);
        Assert.StartsWith("stage30False", work.Shown(0), StringComparison.Ordinal);
        Assert.Contains("<table", Json.Text(work.Executed.Cells[0].Outputs.Last()["data"]!["text/html"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("thread.Start(); thread.Join(); Thread.Sleep(100);", "1", 1)]
    [InlineData("thread.Start();", "gate.Set(); thread.Join(); Thread.Sleep(100);", 2)]
    public async Task A_thread_of_a_cell_that_throws_fails_that_cell_with_its_line(string first, string second, int cellsRun)
    {
        bool atOnce = cellsRun == 1;
        var outcome = await work.RunAsync(
            $"var gate = new ManualResetEventSlim({(atOnce ? "true" : "false")});\nvar thread = new Thread(() =>\n{{\n    gate.Wait();\n    throw new InvalidOperationException(\"on a thread\");\n}});\n{first}",
            second, "Console.Write(\"never\");");
        Assert.Equal((RunStatus.Failed, 1), (outcome.Status, outcome.FailedCell!.Number));
        Assert.Equal("on a thread", outcome.Error!.Message);
        Assert.Contains("cell 1, line 5", string.Join('\n', outcome.Error.Traceback), StringComparison.Ordinal);
        Assert.Equal("<System.InvalidOperationException>", work.Shown(0));
        Assert.Equal(cellsRun, work.Executed.Cells.Count(cell => cell.ExecutionCount is not null));
    }

    [Fact]
    public async Task A_value_that_brings_its_own_bundle_is_shown_as_it_is()
    {
        await work.RunAsync("""
            class Own : Svae.Workbench.Display.IMimeBundle
            {
                public IReadOnlyDictionary<string, string> ToMimeBundle() => new Dictionary<string, string> { ["text/plain"] = "p", ["image/png"] = "AAAA" };
            }
            var place = display("first");
            new Own()
            """, "place.Update(\"second\"); 7");
        var data = work.Executed.Cells[0].Outputs.Last()["data"]!.AsObject();
        Assert.Equal(["text/plain", "image/png"], data.Select(entry => entry.Key));
        Assert.Equal("AAAA", Json.String(data["image/png"]));
        Assert.StartsWith("second", work.Shown(0), StringComparison.Ordinal);
        Assert.Equal("7", work.Shown(1));
    }

    [Fact]
    public async Task A_live_training_curve_leaves_its_last_state()
    {
        await work.RunAsync("""
            var history = new TrainingHistory();
            using (var live = Notebook.Watch(history, oracle: 3))
                for (int i = 0; i < 200; i++) { live.Report(new WorkProgress("training", i / 200.0)); Thread.Sleep(5); }
            """);
        var output = Assert.Single(work.Executed.Cells[0].Outputs);
        Assert.Equal("display_data", Json.String(output["output_type"]));
        Assert.Contains("oracle 3", output["data"]!["text/plain"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_is_recorded_with_cell_and_line_and_ends_the_run()
    {
        var outcome = await work.RunAsync("int Divide(int a) =>\n  10 / a;", "Console.Write(\"before\");\nvar x = Divide(0);", "Console.Write(\"never\");");
        Assert.Equal(RunStatus.Failed, outcome.Status);
        Assert.Equal(2, outcome.FailedCell!.Number);
        var error = work.Executed.Cells[1].Outputs.Last();
        Assert.Equal("System.DivideByZeroException", Json.String(error["ename"]));
        string trace = string.Join('\n', error["traceback"]!.AsArray().Select(Json.String));
        Assert.Contains("at cell 1, line 2, in Divide: 10 / a;", trace, StringComparison.Ordinal);
        Assert.Contains("at cell 2, line 2: var x = Divide(0);", trace, StringComparison.Ordinal);
        Assert.DoesNotContain("CodeAnalysis", trace, StringComparison.Ordinal);
        Assert.Null(work.Executed.Cells[2].ExecutionCount);
        Assert.Equal(["notebook of 3", "start 1", "end 1 Completed", "start 2", "end 2 Failed"], work.Seen.Events);
    }

    [Fact]
    public async Task A_cell_that_does_not_compile_names_its_line_and_quotes_it()
    {
        var outcome = await work.RunAsync("int a = 1;\nint b = nothing + a;");
        Assert.Equal("CompilationError", outcome.Error!.Name);
        Assert.Equal("cell 1, line 2: error CS0103: The name 'nothing' does not exist in the current context", outcome.Error.Message);
        Assert.Equal("            ^", outcome.Error.Traceback[2]);
    }

    [Fact]
    public async Task Times_are_recorded_as_JupyterLab_does()
    {
        await work.RunAsync("await Task.Delay(60);");
        var times = work.Executed.Cells[0].Metadata["execution"]!.AsObject();
        Assert.Equal(["iopub.execute_input", "iopub.status.busy", "iopub.status.idle", "shell.execute_reply"], times.Select(entry => entry.Key).Order());
        Assert.InRange(CellTimes.Elapsed(work.Executed.Cells[0])!.Value.TotalSeconds, .06, 30);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", Json.String(times["iopub.execute_input"]));
    }

    [Fact]
    public async Task Results_move_to_their_place_when_all_went_well_and_printed_paths_follow()
    {
        var outcome = await work.RunAsync("""
            string saved = Notebook.Save("scores.csv", "a,b\n");
            Notebook.Summarize("accuracy", ".58");
            Notebook.Summarize("file", saved);
            Console.Write(saved);
            """);
        string final = Path.Combine(work.Output, "n-results", "scores.csv");
        Assert.Equal("a,b\n", File.ReadAllText(final));
        Assert.Equal(final, work.Shown(0));
        Assert.Equal([("accuracy", ".58"), ("file", final)], outcome.Summary);
        Assert.Contains(final, outcome.Files);
        Assert.Equal(["n-results"], Directory.GetDirectories(work.Output).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("throw new Exception(\"late\");", RunStatus.Failed, true)]
    [InlineData("throw new UserInputException(\"x.h5: frames: truncated\", [\"y.h5 is fine\"]);", RunStatus.UserError, false)]
    [InlineData("await Task.Run(() => { throw new UserInputException(\"x.h5: frames: truncated\"); });", RunStatus.UserError, false)]
    public async Task A_run_that_fails_leaves_no_results(string last, RunStatus status, bool notebookLeft)
    {
        var outcome = await work.RunAsync("Notebook.Save(\"half.csv\", \"x\");", last);
        Assert.Equal(status, outcome.Status);
        string[] left = Directory.Exists(work.Output) ? Directory.GetFileSystemEntries(work.Output) : [];
        Assert.Equal(notebookLeft ? ["n.ipynb"] : [], left.Select(Path.GetFileName));
        if (status == RunStatus.UserError) Assert.Equal("x.h5: frames: truncated", outcome.Error!.UserInput!.Message);
    }

    [Fact]
    public async Task Results_of_a_former_run_outlive_a_failed_one()
    {
        await work.RunAsync("Notebook.Save(\"a.csv\", \"good\");");
        await work.RunAsync("Notebook.Save(\"a.csv\", \"bad\"); throw new Exception();");
        Assert.Equal("good", File.ReadAllText(Path.Combine(work.Output, "n-results", "a.csv")));
    }

    [Fact]
    public async Task Wrong_input_leaves_not_even_a_folder()
    {
        await work.RunAsync(request => request with { OutputFolder = Path.Combine(work.Output, "a", "b") }, default,
            "Notebook.Save(\"half.csv\", \"x\"); throw new UserInputException(\"no\");");
        Assert.False(Directory.Exists(work.Output));
    }

    [Fact]
    public async Task A_cell_that_prints_without_end_is_cut()
    {
        await work.RunAsync("for (int i = 0; i < 3000; i++) Console.WriteLine(new string('x', 1000));");
        Assert.InRange(work.Shown(0).Length, 1 << 20, (1 << 20) + 2000);
        Assert.EndsWith("is not kept\n", work.Shown(0), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_reaches_the_observer()
    {
        await work.RunAsync("Notebook.Progress.Report(new WorkProgress(\"train\", .25));");
        Assert.Contains("train 0.25", work.Seen.Events);
    }

    [Fact]
    public async Task Running_in_place_writes_the_notebook_itself()
    {
        await work.RunAsync(request => request with { InPlace = true }, default, "1 + 1");
        var notebook = NotebookDocument.Load(Path.Combine(work.Folder, "n.ipynb"));
        Assert.Equal(1, notebook.Cells[0].ExecutionCount);
        Assert.Single(notebook.Cells[0].Outputs);
    }

    [Fact]
    public async Task Blocking_on_a_task_that_comes_back_to_the_cell_does_not_hang()
    {
        await work.RunAsync("async Task<int> Later() { await Task.Delay(5); await Task.Yield(); return 7; }", "Later().Result");
        Assert.Equal("7", work.Shown(1));
    }

    [Fact]
    public async Task All_cells_run_on_one_thread_awaits_included()
    {
        await work.RunAsync("int first = Environment.CurrentManagedThreadId;", "await Task.Delay(5);\nfirst == Environment.CurrentManagedThreadId");
        Assert.Equal("True", work.Shown(1));
    }
}
