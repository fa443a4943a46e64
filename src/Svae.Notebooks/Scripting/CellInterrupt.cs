namespace Svae.Notebooks.Scripting;

/// <summary>
/// Stops a cell in steps, each when the one before has not ended it: its cancellation token; the checkpoints in its loops and lambdas,
/// which reach every thread it uses, and the end of its awaits; an interrupt of its thread when it sleeps or waits. A cell that none of
/// these ends is inside a library that does not return, and is left to itself.
/// </summary>
public sealed class CellInterrupt : IDisposable
{
    private static readonly TimeSpan UntilCheckpoints = TimeSpan.FromMilliseconds(250), UntilInterrupt = TimeSpan.FromMilliseconds(250), UntilLeft = TimeSpan.FromMilliseconds(250);
    private readonly CancellationTokenSource cooperative = new(), give = new();
    private readonly ManualResetEventSlim ended = new();
    private volatile CellThread? thread;
    private int requests;
    private bool stopsAtCheckpoints;

    /// <summary>The token the cell sees as <c>Notebook.Cancellation</c>.</summary>
    public CancellationToken Cooperative => cooperative.Token;

    /// <summary>Has a stop been asked for?</summary>
    public bool IsRequested => cooperative.IsCancellationRequested;

    /// <summary>How much longer than usual the cell is given to end by its token, for instance to write down where its training stands.</summary>
    internal TimeSpan Grace { get; set; }

    /// <summary>Does the next checkpoint end the cell?</summary>
    internal bool StopsAtCheckpoints
    {
        get => Volatile.Read(ref stopsAtCheckpoints);
        private set => Volatile.Write(ref stopsAtCheckpoints, value);
    }

    /// <summary>Cancelled when the cell shall wait for nothing any more.</summary>
    internal CancellationToken Give => give.Token;

    /// <summary>Asks the cell to stop; returns at once.</summary>
    public void Request()
    {
        if (Interlocked.Increment(ref requests) == 1) OnOwnThread(Harden);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A stop may be on its way on another thread, so what it holds is left to the collector.
        ended.Set();
    }

    /// <summary>From here on the cell's code runs on this thread, until what is returned is disposed.</summary>
    internal IDisposable Watch(CellThread cells)
    {
        thread = cells;
        return new Ending(ended);
    }

    internal static bool IsStop(Exception exception) => exception switch
    {
        OperationCanceledException or ThreadInterruptedException => true,
        AggregateException many => many.Flatten().InnerExceptions.All(IsStop),
        _ => exception.InnerException is { } inner && IsStop(inner),
    };

    private void Harden()
    {
        // What a library registered for this moment may throw or never return.
        OnOwnThread(cooperative.Cancel);
        if (ended.Wait(UntilCheckpoints + Grace)) return;
        StopsAtCheckpoints = true;
        Checkpoint.LookCloser();
        OnOwnThread(give.Cancel);
        if (ended.Wait(UntilInterrupt)) return;
        thread?.Interrupt();
        if (ended.Wait(UntilLeft)) return;
        lock (ended)
        {
            if (!ended.IsSet) thread?.Leave();
        }
    }

    // Not on the pool: a parallel loop that is to be stopped keeps all of its threads busy.
    private static void OnOwnThread(Action action) => new Thread(() =>
    {
        try { action(); }
        catch (AggregateException) { }
    }) { IsBackground = true, Name = "stop of a cell" }.Start();

    private sealed class Ending(ManualResetEventSlim ended) : IDisposable
    {
        public void Dispose()
        {
            lock (ended) ended.Set();
        }
    }
}
