using Svae.Notebooks.Scripting;
using Svae.Workbench.Display;
using Xunit;

namespace Svae.Notebooks.Tests.Scripting;

public sealed class ScriptSessionTests : IDisposable
{
    private readonly ScriptSession session = new(new NotebookSession());
    private readonly Recorder output = new();
    private int number;

    public void Dispose() => session.Dispose();

    [Fact]
    public async Task A_stopped_cell_leaves_the_session_usable()
    {
        await RunAsync("int a = 41;");
        foreach (string endless in (string[])["while (true) { }", "await Task.Delay(-1);", "Thread.Sleep(-1);"])
        {
            using var interrupt = new CellInterrupt();
            var running = session.RunAsync(endless, ++number, output, interrupt);
            await Task.Delay(300);
            interrupt.Request();
            Assert.Equal(CellStatus.Interrupted, (await running.WaitAsync(TimeSpan.FromSeconds(20))).Status);
        }
        await RunAsync("a + 1");
        Assert.Equal("42", output.Text);
    }

    [Fact]
    public async Task What_a_cell_declared_before_it_threw_stays()
    {
        var failed = await RunAsync("int kept = 3;\nthrow new InvalidOperationException(\"no\");");
        Assert.Equal(CellStatus.Failed, failed.Status);
        await RunAsync("kept");
        Assert.Equal("3", output.Text);
    }

    [Fact]
    public async Task A_broken_cell_does_not_poison_the_next()
    {
        Assert.Equal(CellStatus.Failed, (await RunAsync("int x = \"text\";")).Status);
        Assert.Equal(CellStatus.Failed, (await RunAsync("}{")).Status);
        Assert.Equal(CellStatus.Completed, (await RunAsync("int x = 1; x")).Status);
        Assert.Equal("1", output.Text);
    }

    [Fact]
    public async Task What_a_background_task_prints_reaches_the_cell_that_began_it()
    {
        await RunAsync("var gate = new TaskCompletionSource(); var late = Task.Run(async () => { await gate.Task; Console.Write(\"from the first\"); });");
        var second = new Recorder();
        using var interrupt = new CellInterrupt();
        await session.RunAsync("gate.SetResult(); await late;", ++number, second, interrupt);
        Assert.Equal(("from the first", ""), (output.Text, second.Text));
    }

    // Otherwise it waits for the pool, for minutes while an earlier cell's parallel loop keeps it busy.
    [Fact]
    public async Task Cells_are_compiled_on_their_own_thread_alone()
    {
        foreach (string code in (string[])["int a = 1;", "a + 1"])
        {
            await RunAsync(code);
            Assert.False(session.Analyse("a", compilation => compilation.ScriptCompilationInfo!.PreviousScriptCompilation!.Options.ConcurrentBuild));
        }
        Assert.Equal("2", output.Text);
    }

    [Fact]
    public async Task Null_and_void_last_expressions()
    {
        await RunAsync("Console.Write(\"\")");
        await RunAsync("await Task.CompletedTask");
        Assert.Equal("", output.Text);
        await RunAsync("(string?)null");
        Assert.Equal("<null>", output.Text);
    }

    private Task<CellResult> RunAsync(string code) => session.RunAsync(code, ++number, output, new CellInterrupt());
}
