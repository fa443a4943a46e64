using System.Diagnostics;
using Svae.Notebooks.Kernel;
using Svae.Notebooks.Scripting;
using Svae.Notebooks.Tests.Scripting;
using Svae.Workbench.Display;
using Xunit;

namespace Svae.Notebooks.Tests.Kernel;

/// <summary>What an editor is told, with no wire in between. The pool is filled, so these run one at a time.</summary>
[Collection("measured")]
public sealed class CodeAssistantTests : IDisposable
{
    private readonly ScriptSession session = new(new NotebookSession());

    public void Dispose() => session.Dispose();

    [Fact]
    public async Task Answers_know_every_cell_so_far_and_do_not_wait_for_the_pool()
    {
        var assistant = new CodeAssistant(session);
        Assert.Contains("Console", assistant.Complete("Conso", 5).Matches);
        await RunAsync("using System.Numerics;\nvar listing = new List<Vector2>();", 1);
        await RunAsync("int Twice(int x) => 2 * x;", 2);
        // The first answers load what the later ones need.
        Ask(assistant);
        using var stop = new CancellationTokenSource();
        var options = new ParallelOptions { CancellationToken = stop.Token };
        var loop = Task.Factory.StartNew(() => Parallel.For(0, int.MaxValue, options, _ => Thread.SpinWait(10_000)), TaskCreationOptions.LongRunning);
        Thread.Sleep(500);
        var clock = Stopwatch.StartNew();
        Ask(assistant);
        var waited = clock.Elapsed;
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => loop.GetAwaiter().GetResult());
        // One wait for the pool alone takes half a second and more, and the compiler used to have several.
        Assert.InRange(waited.TotalSeconds, 0, 2);
    }

    private static void Ask(CodeAssistant assistant)
    {
        Assert.Contains("Count", assistant.Complete("listing.Cou", 11).Matches);
        Assert.Contains("Vector3", assistant.Complete("Vector", 6).Matches);
        Assert.Contains("LengthSquared", assistant.Complete("listing[Twice(0)].Len", 21).Matches);
        Assert.Contains("Twice(int x)", assistant.Inspect("Twice", 3), StringComparison.Ordinal);
    }

    private async Task RunAsync(string code, int number)
    {
        using var interrupt = new CellInterrupt();
        Assert.Equal(CellStatus.Completed, (await session.RunAsync(code, number, new Recorder(), interrupt)).Status);
    }
}
