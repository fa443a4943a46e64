using System.Collections.Concurrent;
using System.Runtime;

namespace Svae.Notebooks.Scripting;

/// <summary>
/// The one thread that a session's cells run on, awaits included: what libtorch and TorchSharp keep per thread (gradient mode,
/// dispose scopes) then carries over from cell to cell.
/// </summary>
internal sealed class CellThread : IDisposable
{
    private readonly BlockingCollection<Action> work = [];
    private readonly Thread thread;
    private volatile bool interrupted;

    public CellThread()
    {
        thread = new Thread(Work, maxStackSize: 64 << 20)
        {
            IsBackground = true, Name = "notebook cells",
        };
        thread.Start();
    }

    /// <summary>Runs something that cannot be aborted, such as the compiler.</summary>
    public Task<T> RunAsync<T>(Func<T> action)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        work.Add(() =>
        {
            try { done.SetResult(action()); }
            catch (Exception e) { done.SetException(e); }
        });
        return done.Task;
    }

    /// <summary>Runs a cell's code to the end of its task. Cancelling <paramref name="abort"/> tears it out of whatever it is doing.</summary>
    /// <exception cref="OperationCanceledException">It was aborted.</exception>
    public Task<T> RunAbortableAsync<T>(Func<Task<T>> action, CancellationToken abort) => RunAsync(() =>
    {
        var pump = new AwaitPump(thread);
        Task<T>? task = null;
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(pump);
        try
        {
#pragma warning disable SYSLIB0046 // The one supported way to stop code that does not cooperate; made for exactly this.
            ControlledExecution.Run(() => pump.RunUntilDone(task = action(), abort), abort);
#pragma warning restore SYSLIB0046
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
            pump.Close();
        }
        return task!.GetAwaiter().GetResult();
    });

    /// <summary>Wakes the thread when it sleeps or waits without end.</summary>
    public void Interrupt()
    {
        interrupted = true;
        thread.Interrupt();
    }

    public void Dispose() => work.CompleteAdding();

    private void Work()
    {
        while (!work.IsCompleted)
        {
            try
            {
                if (work.TryTake(out var action, Timeout.Infinite)) ForgetInterrupt(action)();
            }
            catch (ThreadInterruptedException)
            {
                // Meant for a cell that ended by itself in that moment.
            }
        }
    }

    // An interrupt that found the thread awake waits for its next sleep, which must not be the next cell's.
    private Action ForgetInterrupt(Action action)
    {
        if (!interrupted) return action;
        interrupted = false;
        try { Thread.Sleep(1); }
        catch (ThreadInterruptedException) { }
        return action;
    }
}
