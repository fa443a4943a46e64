using System.Collections.Concurrent;

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
    private volatile Action? leave;

    public CellThread()
    {
        thread = new Thread(Work, maxStackSize: 64 << 20)
        {
            IsBackground = true, Name = "notebook cells",
        };
        thread.Start();
    }

    /// <summary>Has the cell that it runs been left to itself? Then it takes no other one.</summary>
    public bool IsLeft { get; private set; }

    /// <summary>Runs something that always ends, such as the compiler.</summary>
    public Task<T> RunAsync<T>(Func<T> action)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(action, done);
        return done.Task;
    }

    /// <summary>Runs a cell's code to the end of its task.</summary>
    /// <param name="action">The code.</param>
    /// <param name="interrupt">Stops it.</param>
    /// <exception cref="OperationCanceledException">It gave up waiting, or was left to itself.</exception>
    public Task<T> RunCellAsync<T>(Func<Task<T>> action, CellInterrupt interrupt)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        leave = () => done.TrySetException(new OperationCanceledException("the cell was left to itself"));
        interrupt.Begin(this);
        Add(() =>
        {
            var pump = new AwaitPump(thread);
            var before = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(pump);
            try
            {
                Task<T> task = action();
                pump.RunUntilDone(task, interrupt.Give);
                return task.GetAwaiter().GetResult();
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(before);
                pump.Close();
                interrupt.End();
            }
        }, done);
        return done.Task;
    }

    /// <summary>
    /// Ends the waiting for a cell that is inside something which cannot be stopped. It goes on by itself until that returns. (The runtime can
    /// abort a thread, but outside Windows that killed the whole process within forty tries at a loop that allocates, and it worked once a thread.)
    /// </summary>
    public void Leave()
    {
        IsLeft = true;
        work.CompleteAdding();
        leave?.Invoke();
    }

    /// <summary>Wakes the thread when it sleeps or waits without end.</summary>
    public void Interrupt()
    {
        interrupted = true;
        thread.Interrupt();
    }

    public void Dispose() => work.CompleteAdding();

    private void Add<T>(Func<T> action, TaskCompletionSource<T> done) => work.Add(() =>
    {
        try { done.TrySetResult(action()); }
        catch (Exception e) { done.TrySetException(e); }
    });

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
