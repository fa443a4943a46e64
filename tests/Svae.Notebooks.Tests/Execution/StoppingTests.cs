using System.Diagnostics;
using Svae.Notebooks.Execution;
using Xunit;

namespace Svae.Notebooks.Tests.Execution;

[Collection("measured")]
public sealed class StoppingTests : IDisposable
{
    private readonly Workspace work = new();

    public void Dispose() => work.Dispose();

    [Theory]
    [InlineData("a loop that asks", "while (true) { Notebook.Cancellation.ThrowIfCancellationRequested(); Thread.Sleep(5); }", false)]
    [InlineData("a loop that never asks", "while (true) { }", false)]
    [InlineData("an await without end", "await Task.Delay(Timeout.Infinite);", false)]
    [InlineData("a loop behind an await", "await Task.Delay(1); long n = 0; while (true) n++;", false)]
    [InlineData("a sleep", "Thread.Sleep(Timeout.Infinite);", false)]
    [InlineData("a wait", "new ManualResetEventSlim().Wait();", false)]
    [InlineData("a parallel loop", "Parallel.For(0, int.MaxValue, i => { for (int j = 0; j < 1000000; j++) if (i == -1) throw new Exception(); });", false)]
    [InlineData("a loop that swallows everything", "while (true) try { Thread.Sleep(1); } catch (Exception) { }", false)]
    [InlineData("a recursion", "long F(int n) => n < 2 ? n : F(n - 1) + F(n - 2); F(80)", false)]
    [InlineData("a loop of a library over a lambda", "Enumerable.Repeat(1L, int.MaxValue).Select(x => Enumerable.Repeat(x, 1000).Sum()).Sum()", false)]
    [InlineData("a parallel loop over a lambda", "Parallel.For(0L, long.MaxValue, i => Math.Sqrt(i));", false)]
    [InlineData("a loop inside a library", "Enumerable.Range(0, 2_000_000_000).Average()", true)]
    [InlineData("native code", "linalg.svd(randn(4000, 4000))", true)]
    [InlineData("a loop on the pool", "await Task.Run(() => { long n = 0; while (true) n++; });", false)]
    public async Task A_stop_ends_the_cell_and_saves_the_notebook(string what, string code, bool goesOn)
    {
        using var stop = new CancellationTokenSource();
        var run = work.RunAsync(request => request, stop.Token,
            "Console.Write(\"kept\");", "Notebook.Progress.Report(new WorkProgress(\"on\", 0));\n" + code, "Console.Write(\"never\");");
        await work.Seen.Reported.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await Task.Delay(30);
        var clock = Stopwatch.StartNew();
        await stop.CancelAsync();
        var outcome = await run.WaitAsync(TimeSpan.FromSeconds(30));
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {clock.ElapsedMilliseconds} ms");
        // Promised is one second; tests share the machine with others.
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 4);
        Assert.Equal(RunStatus.Cancelled, outcome.Status);
        Assert.Equal("kept", work.Shown(0));
        Assert.Equal("<Interrupted>", work.Shown(1));
        Assert.Equal(goesOn, string.Concat(outcome.Error!.Traceback).Contains("goes on in the background", StringComparison.Ordinal));
        Assert.Equal("cancelled", (string?)work.Executed.Metadata["svae"]!["status"]);
    }

    [Fact]
    public async Task A_cell_that_is_left_to_itself_ends_with_the_statement_it_is_in()
    {
        using var stop = new CancellationTokenSource();
        string file = Path.Combine(work.Folder, "after");
        var run = work.RunAsync(request => request, stop.Token,
            $"Notebook.Progress.Report(new WorkProgress(\"on\", 0)); if (true) {{ double x = Enumerable.Range(0, 1_000_000_000).Average(); File.WriteAllText(\"{file}\", \"went on\"); }}");
        await work.Seen.Reported.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        Assert.Contains("goes on in the background", string.Concat((await run).Error!.Traceback), StringComparison.Ordinal);
        await Task.Delay(8000);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task A_last_cell_that_ends_in_good_order_because_it_was_stopped_is_not_a_success()
    {
        using var stop = new CancellationTokenSource();
        var run = work.RunAsync(request => request, stop.Token,
            "Notebook.Save(\"half.csv\", \"x\"); Notebook.Progress.Report(new WorkProgress(\"on\", 0)); while (!Notebook.Cancellation.IsCancellationRequested) await Task.Delay(5); Console.Write(\"what there is\");");
        await work.Seen.Reported.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        Assert.Equal(RunStatus.Cancelled, (await run).Status);
        Assert.Equal("what there is", work.Shown(0));
        Assert.Empty(Directory.GetDirectories(work.Output));
    }

    [Fact]
    public async Task A_time_limit_stops_the_notebook()
    {
        var outcome = await work.RunAsync(request => request with { Timeout = TimeSpan.FromSeconds(1) }, default, "while (true) { }");
        Assert.Equal(RunStatus.TimedOut, outcome.Status);
        Assert.Equal(1, outcome.FailedCell!.Number);
    }

    [Fact]
    public async Task A_stop_before_the_start_runs_nothing()
    {
        var outcome = await work.RunAsync(request => request, new CancellationToken(canceled: true), "Console.Write(\"never\");");
        Assert.Equal(RunStatus.Cancelled, outcome.Status);
        Assert.Equal("<Interrupted>", work.Shown(0));
    }
}
