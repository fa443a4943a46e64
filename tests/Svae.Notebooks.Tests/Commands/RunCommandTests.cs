using Svae.Workbench;
using System.CommandLine;
using Svae.Notebooks.Commands;
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
        Assert.Contains("   1 │ throw new Exception(\"first\");", terminal.ToString(), StringComparison.Ordinal);
        Assert.Equal(["a.ipynb", "b.ipynb"], Directory.GetFiles(work.Output).Select(Path.GetFileName).Order());
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
