namespace Svae.Notebooks.Scripting;

/// <summary>
/// Stops a cell in steps, each when the one before has not ended it: its cancellation token; the checkpoints in its code, which reach
/// every thread it uses, and the end of its awaits; an interrupt of its thread when it sleeps or waits. A cell that none of these ends is
/// inside something that does not return, and is left to itself.
/// </summary>
public sealed class CellInterrupt : IDisposable
{
    private static readonly TimeSpan UntilNext = TimeSpan.FromMilliseconds(250), UntilSaved = TimeSpan.FromSeconds(10);
    private readonly CancellationTokenSource cooperative = new(), give = new();
    private readonly ManualResetEventSlim ended = new();
    private volatile CellThread? thread;
    private int requests;
    private bool stopsAtCheckpoints;
    private TimeSpan untilCheckpoints = UntilNext;

    /// <summary>The token the cell sees as <c>Notebook.Cancellation</c>.</summary>
    public CancellationToken Cooperative => cooperative.Token;

    /// <summary>Has a stop been asked for?</summary>
    public bool IsRequested => cooperative.IsCancellationRequested;

    /// <summary>From here on the cell is given longer to end by its token: for a step of training, and to write down where that stands.</summary>
    internal void WaitUntilSaved() => untilCheckpoints = UntilSaved;

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
    public void Dispose() => End(); // a stop may be on its way on another thread, so what it holds is left to the collector

    /// <summary>From here on the cell's code runs on this thread.</summary>
    internal void Begin(CellThread cells) => thread = cells;

    /// <summary>The cell's code has ended; said by its thread, so that no step of a stop reaches what runs there next.</summary>
    internal void End()
    {
        lock (ended) ended.Set();
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
        if (ended.Wait(untilCheckpoints)) return;
        StopsAtCheckpoints = true;
        Checkpoint.LookCloser();
        OnOwnThread(give.Cancel);
        if (ended.Wait(UntilNext)) return;
        UnlessEnded(() => thread?.Interrupt());
        if (ended.Wait(UntilNext)) return;
        UnlessEnded(() => thread?.Leave());
    }

    private void UnlessEnded(Action action)
    {
        lock (ended)
        {
            if (!ended.IsSet) action();
        }
    }

    // Not on the pool: a parallel loop that is to be stopped keeps all of its threads busy.
    private static void OnOwnThread(Action action) => new Thread(() =>
    {
        try { action(); }
        catch (AggregateException) { }
    }) { IsBackground = true, Name = "stop of a cell" }.Start();
}
