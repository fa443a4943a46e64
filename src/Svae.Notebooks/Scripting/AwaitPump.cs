using System.Collections.Concurrent;

namespace Svae.Notebooks.Scripting;

/// <summary>
/// Brings the code after an <c>await</c> back to the cell's thread. When that thread is blocked (a cell that waits for a task
/// with <c>.Result</c> or <c>.Wait()</c>), the code runs on a pool thread instead of never.
/// </summary>
internal sealed class AwaitPump(Thread owner) : SynchronizationContext
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> queue = new();
    private readonly ManualResetEventSlim arrived = new();
    private volatile bool pumping, closed;

    public override SynchronizationContext CreateCopy() => this;

    public override void Post(SendOrPostCallback d, object? state)
    {
        queue.Enqueue((d, state));
        arrived.Set();
        if (!pumping) _ = RescueAsync();
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (Thread.CurrentThread == owner) d(state);
        else throw new NotSupportedException("the cell's thread takes no synchronous calls");
    }

    /// <summary>Runs what comes back until the task has ended.</summary>
    /// <exception cref="OperationCanceledException">It is to be waited for no longer.</exception>
    public void RunUntilDone(Task task, CancellationToken give)
    {
        task.ContinueWith(_ => arrived.Set(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        while (!task.IsCompleted)
        {
            pumping = true;
            arrived.Wait(give);
            arrived.Reset();
            pumping = false;
            while (queue.TryDequeue(out var next)) next.Callback(next.State);
        }
    }

    /// <summary>The cell has ended; what still comes runs on the pool.</summary>
    public void Close()
    {
        closed = true;
        _ = RescueAsync();
    }

    private async Task RescueAsync()
    {
        await Task.Delay(closed ? TimeSpan.Zero : Patience).ConfigureAwait(false);
        while (!queue.IsEmpty && (closed || (!pumping && (owner.ThreadState & ThreadState.WaitSleepJoin) != 0)))
            if (queue.TryDequeue(out var next)) ThreadPool.UnsafeQueueUserWorkItem(_ => next.Callback(next.State), null);
        if (!queue.IsEmpty) _ = RescueAsync();
    }
}
