namespace Svae.Notebooks.Scripting;

/// <summary>
/// Stops a cell in steps, each when the one before has not ended it: its cancellation token; the checkpoints in its loops, which
/// reach every thread it uses; the abort of its own thread, which ends a loop inside a library; an interrupt of that thread when
/// it sleeps or waits.
/// </summary>
public sealed class CellInterrupt : IDisposable
{
    private static readonly TimeSpan UntilCheckpoints = TimeSpan.FromMilliseconds(250), UntilAbort = TimeSpan.FromMilliseconds(250), UntilInterrupt = TimeSpan.FromMilliseconds(250);
    private readonly CancellationTokenSource cooperative = new(), abort = new();

    /// <summary>The token the cell sees as <c>Notebook.Cancellation</c>.</summary>
    public CancellationToken Cooperative => cooperative.Token;

    /// <summary>Has a stop been asked for?</summary>
    public bool IsRequested => cooperative.IsCancellationRequested;

    /// <summary>Does the next checkpoint end the cell?</summary>
    internal bool StopsAtCheckpoints { get; private set; }

    internal CancellationToken Abort => abort.Token;

    /// <summary>Asks the cell to stop; returns at once.</summary>
    public void Request() => Task.Run(cooperative.Cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        // The abort may be on its way on another thread, so the sources are left to the collector.
    }

    /// <summary>While this lives, a requested stop grows harder.</summary>
    internal IDisposable Watch(CellThread thread)
    {
        var over = new CancellationTokenSource();
        cooperative.Token.UnsafeRegister(_ => Task.Run(() => HardenAsync(thread, over.Token)), null);
        return new Ending(over);
    }

    internal static bool IsStop(Exception exception) => exception switch
    {
        OperationCanceledException or ThreadInterruptedException or ThreadAbortException => true,
        AggregateException many => many.Flatten().InnerExceptions.All(IsStop),
        _ => exception.InnerException is { } inner && IsStop(inner),
    };

    private async Task HardenAsync(CellThread thread, CancellationToken over)
    {
        if (await HasEnded(UntilCheckpoints, over).ConfigureAwait(false)) return;
        StopsAtCheckpoints = true;
        Checkpoint.LookCloser();
        if (await HasEnded(UntilAbort, over).ConfigureAwait(false)) return;
        // Cancel delivers the abort itself and may block for as long as the thread is inside native code.
        _ = Task.Run(abort.Cancel, CancellationToken.None);
        if (await HasEnded(UntilInterrupt, over).ConfigureAwait(false)) return;
        thread.Interrupt();
    }

    private static async Task<bool> HasEnded(TimeSpan grace, CancellationToken over)
    {
        await Task.Delay(grace, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return over.IsCancellationRequested;
    }

    private sealed class Ending(CancellationTokenSource over) : IDisposable
    {
        public void Dispose() => over.Cancel();
    }
}
