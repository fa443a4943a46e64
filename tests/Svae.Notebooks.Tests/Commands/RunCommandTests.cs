using Svae.Workbench;
using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Svae.Notebooks.Commands;
using Svae.Notebooks.Tests.Clients;
using Xunit;

namespace Svae.Notebooks.Tests.Commands;

public sealed class RunCommandTests : IDisposable
{
    private readonly Workspace work = new();
    private readonly StringWriter terminal = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public async Task One_notebook_ends_with_its_summary_and_files_and_leaves_them()
    {
        string notebook = work.Write("one", "md:# T", "Notebook.Summarize(\"accuracy\", \".58\"); Notebook.Summarize(\"n\", \"3\"); Notebook.Save(\"a.csv\", \"x\");");
        Assert.Equal(0, await InvokeAsync("run", notebook, "--out", work.Output, "--plain"));
        Assert.Contains("  accuracy  .58\n  n         3\n", terminal.ToString(), StringComparison.Ordinal);
        Assert.Equal(["a.csv", "one.html", "one.ipynb"], Directory.GetFiles(work.Output).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_folder_runs_all_and_one_failure_is_the_exit_code()
    {
        work.Write("a", "throw new Exception(\"first\");");
        work.Write("b", "1");
        Assert.Equal(1, await InvokeAsync("run", work.Folder, "--out", work.Output, "--plain", "--no-html"));
        Assert.Contains("▶  1 │ throw new Exception(\"first\");", terminal.ToString(), StringComparison.Ordinal);
        Assert.Equal(["a.ipynb", "b.ipynb", "index.html"], Directory.GetFiles(work.Output).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData(3000, "a.ipynb")]
    [InlineData(1500, "a.ipynb", "b.ipynb")]
    public async Task A_thread_that_throws_when_its_notebook_has_ended_fails_the_process(int milliseconds, params string[] notebooks)
    {
        work.Write("a", $"new Thread(() => {{ Thread.Sleep({milliseconds}); throw new InvalidOperationException(\"too late\"); }}).Start();");
        work.Write("b", "Thread.Sleep(2500);");
        var start = new ProcessStartInfo(ClientHome.Program, ["run", .. notebooks, "--out", work.Output, "--no-html"])
        {
            WorkingDirectory = work.Folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (said, complained) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.Contains("InvalidOperationException: too late", await complained, StringComparison.Ordinal);
        Assert.Equal(1, process.ExitCode);
        Assert.DoesNotContain("too late", await said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "stopped; the same command starts again from the first cell")]
    [InlineData("sweep", "stopped; the same command goes on from here")]
    public async Task Ctrl_C_ends_with_exit_code_130_and_a_word_on_how_to_go_on(string command, string said)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: this system has no signals to send");
        string begun = Path.Combine(work.Folder, "begun"), notebook = work.Write("one", $"File.WriteAllText(@\"{begun}\", \"\");\nwhile (true) {{ }}");
        var start = new ProcessStartInfo(ClientHome.Program, [command, notebook, "--out", work.Output, "--no-html"]) { WorkingDirectory = work.Folder, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var all = process.StandardOutput.ReadToEndAsync();
        await Waiting.UntilAsync("the cell", TimeSpan.FromSeconds(60), () => Task.FromResult(File.Exists(begun)));
        Process.Start("kill", ["-INT", $"{process.Id}"]).Dispose();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("stopping … (again to kill)", await all, StringComparison.Ordinal);
        Assert.EndsWith(said + "\n", await all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_before_anything_is_shown_is_answered_too()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: this system has no signals to send");
        // The log is a pipe that nobody reads yet, so the program waits for it before it shows anything.
        string log = Path.Combine(work.Folder, "log");
        using (var make = Process.Start("mkfifo", [log])) await make.WaitForExitAsync();
        var start = new ProcessStartInfo(ClientHome.Program, ["run", work.Write("one", "1"), "--out", work.Output, "--log", log]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        await Task.Delay(3000);
        Process.Start("kill", ["-INT", $"{process.Id}"]).Dispose();
        Assert.Equal("stopping … (again to kill)", await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)));
        await File.ReadAllTextAsync(log);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(130, process.ExitCode);
    }

    [Fact]
    public async Task Of_a_long_cell_the_lines_around_the_failed_one_are_shown()
    {
        string filling(int from) => string.Join('\n', Enumerable.Range(from, 20).Select(i => $"// line {i}"));
        Assert.Equal(1, await InvokeAsync("run", work.Write("a", $"{filling(1)}\nint zero = 0; int b = 1 / zero;\n{filling(22)}"), "--out", work.Output, "--plain", "--no-html"));
        string said = terminal.ToString();
        Assert.Contains("  20 │ // line 20\n▶ 21 │ int zero = 0; int b = 1 / zero;\n  22 │ // line 22\n", said, StringComparison.Ordinal);
        Assert.DoesNotContain("// line 3\n", said, StringComparison.Ordinal);
        Assert.DoesNotContain("// line 35\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_has_an_event_a_line_and_the_index_a_card_a_notebook()
    {
        work.Write("a", "md:# First", "Notebook.Ledger.Record(\"loss\", 2, atMost: 1); Notebook.Summarize(\"n\", \"3\");");
        work.Write("b", "int zero = 0;\nint x = 1 / zero;");
        work.Write("c", "throw new UserInputException(\"no recording; name one\");");
        string log = Path.Combine(work.Folder, "logs", "run.jsonl");
        Assert.Equal(1, await InvokeAsync("run", work.Folder, "--out", work.Output, "--plain", "--log", log));
        var events = File.ReadLines(log).Select(line => JsonNode.Parse(line)!).ToArray();
        Assert.All(events, one => Assert.Equal(DateTimeKind.Utc, DateTime.Parse((string)one["time"]!, null, System.Globalization.DateTimeStyles.RoundtripKind).Kind));
        Assert.Equal(["notebook-started", "cell-started", "cell-ended", "notebook-ended"], events.Take(4).Select(one => (string)one["event"]!));
        var ended = events.Where(one => (string)one["event"]! == "notebook-ended").ToArray();
        Assert.Equal(["succeeded", "failed", "usererror"], ended.Select(one => (string)one["status"]!));
        Assert.Equal((2.0, 1, 0, "3"), ((double)ended[0]["scores"]!["loss"]!, (int)ended[0]["claims"]!, (int)ended[0]["holding"]!, (string)ended[0]["summary"]!["n"]!));
        Assert.Equal((1, 2), ((int)ended[1]["error"]!["cell"]!, (int)ended[1]["error"]!["line"]!));
        Assert.Equal((3, 1), ((int)events[^1]["notebooks"]!, (int)events[^1]["exitCode"]!));
        string index = File.ReadAllText(Path.Combine(work.Output, "index.html"));
        foreach (string part in (string[])["<a href=\"a.html\">First</a>", "0 of 1 claims hold", "System.DivideByZeroException", "no recording; name one", "<a href=\"a-results\">files</a>"])
            Assert.Contains(part, index, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_claim_that_does_not_hold_fails_the_run_only_when_asked()
    {
        string notebook = work.Write("one", "Notebook.Ledger.Record(\"loss\", 2, atMost: 1);");
        Assert.Equal(0, await InvokeAsync("run", notebook, "--out", work.Output, "--plain", "--no-html"));
        Assert.Contains("✗ loss: 2, claimed ≤ 1", terminal.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await InvokeAsync("run", notebook, "--out", work.Output, "--plain", "--no-html", "--check"));
    }

    [Fact]
    public async Task In_place_writes_the_notebook_and_a_page_only_when_asked()
    {
        string notebook = work.Write("one", "Console.Write(\"done\");");
        Assert.Equal(0, await InvokeAsync("run", notebook, "--in-place", "--out", work.Output, "--plain"));
        Assert.Contains("done", File.ReadAllText(notebook).Split("outputs")[1], StringComparison.Ordinal);
        Assert.False(Directory.Exists(work.Output));
        Assert.Equal(0, await InvokeAsync("run", notebook, "--in-place", "--html", "--out", work.Output, "--plain"));
        Assert.Equal(["one.html"], Directory.GetFiles(work.Output).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("throw new UserInputException(\"x.h5: frames: truncated\", [\"y.h5: 900 frames\"]);", "error: x.h5: frames: truncated\n  y.h5: 900 frames\n")]
    public async Task Wrong_input_is_one_line_and_exit_code_two(string code, string said)
    {
        Assert.Equal(2, await InvokeAsync("run", work.Write("one", code), "--out", work.Output, "--plain"));
        Assert.EndsWith(said, terminal.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(work.Output) && Directory.EnumerateFileSystemEntries(work.Output).Any());
    }

    [Fact]
    public async Task A_wrong_parameter_or_path_is_exit_code_two_and_runs_nothing()
    {
        string notebook = work.Write("one", "parameters:int Seed = 0;", "Console.Write(Seed);");
        Assert.Equal(2, await InvokeAsync("run", notebook, "-p", "Sed=1", "--out", work.Output, "--plain"));
        Assert.Equal(2, await InvokeAsync("run", notebook, "-p", "Seed", "--out", work.Output, "--plain"));
        Assert.Equal(2, await InvokeAsync("run", work.Folder + "/none.ipynb", "--out", work.Output, "--plain"));
        Assert.Equal(3, terminal.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.False(Directory.Exists(work.Output));
    }

    [Fact]
    public async Task Export_writes_a_page_beside_the_notebook()
    {
        string notebook = work.Write("one", "md:# Title");
        Assert.Equal(0, await InvokeAsync("export", notebook));
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(Path.Combine(work.Folder, "one.html")), StringComparison.Ordinal);
    }

    private Task<int> InvokeAsync(params string[] arguments) =>
        new RootCommand { RunCommand.Create(terminal), ExportCommand.Create(terminal) }.Parse(arguments).InvokeAsync();
}
