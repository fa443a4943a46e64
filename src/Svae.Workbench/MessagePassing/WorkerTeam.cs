using System.Diagnostics;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Threads that share a kernel's pieces of work with the thread that calls it. A mean field runs a hundred parallel regions of less than a
/// millisecond a call, and to wake a sleeping thread takes a tenth of one, or several on a virtual machine: so helpers stay awake for a
/// moment after each region, giving the processor to whoever else wants it, and a helper that comes late finds the work done, not waiting.
/// </summary>
/// <remarks>
/// The work must not use what belongs to the calling thread (torch's gradient mode, dispose scopes): it sees memory alone. A second caller
/// while the team is busy does its work by itself.
/// </remarks>
internal sealed class WorkerTeam
{
    /// <summary>How long a helper stays awake for the next region: longer than the tensor operations between two of them take.</summary>
    private static readonly long Patience = Stopwatch.Frequency / 2_000;

    /// <summary>Parts that a batch's sums are cut into: enough to keep many threads busy, few enough to hold a model's gradient for each.</summary>
    public const int Parts = 16;

    private readonly SemaphoreSlim door = new(0);
    private volatile WorkRegion? current;
    private int busy, helpers, asleep;

    /// <summary>The one team of the process, as there is one set of processors.</summary>
    public static WorkerTeam Shared { get; } = new();

    /// <summary>
    /// Runs work(worker, i) for i = 0..count−1, the caller being worker 0. Each worker begins with a range of its own, so that its data stay
    /// in its core's cache from call to call, and then takes what others have not got to: only scratch memory may hang on the worker, never
    /// the order of a sum.
    /// </summary>
    /// <exception cref="Exception">The first that any piece threw, when all workers have come to rest.</exception>
    public void Run(int count, int workers, Action<int, int> work)
    {
        workers = Math.Min(workers, count);
        if (workers <= 1 || Interlocked.Exchange(ref busy, 1) != 0)
        {
            for (int i = 0; i < count; i++) work(0, i);
            return;
        }
        var region = new WorkRegion(count, workers, work);
        try
        {
            while (helpers < workers - 1) Hire();
            current = region;
            Interlocked.MemoryBarrier(); // a helper either sees the region or is seen asleep
            int wanted = Math.Min(Volatile.Read(ref asleep), workers - 1);
            if (wanted > 0) door.Release(wanted);
            region.TakePart(0);
        }
        finally // also when the caller is stopped from outside: helpers write to memory that the caller is about to free
        {
            region.Close();
            current = null;
            Volatile.Write(ref busy, 0);
        }
        region.Rethrow();
    }

    /// <summary>
    /// Runs work(worker, part, i) for i = 0..count−1, part p taking i = p, p + parts, … in this order whoever does it: sums may hang on the
    /// part, and do not depend on the number of threads where the number of parts does not.
    /// </summary>
    public void RunInParts(int count, int parts, int workers, Action<int, int, int> work) =>
        Run(parts, workers, (worker, part) =>
        {
            for (int i = part; i < count; i += parts) work(worker, part, i);
        });

    private void Hire()
    {
        helpers++;
        new Thread(Help) { IsBackground = true, Name = $"message passing {helpers}" }.Start();
    }

    private void Help()
    {
        for (WorkRegion? last = null; ;) (last = Await(last)).Join();
    }

    /// <summary>A region other than the last one.</summary>
    private WorkRegion Await(WorkRegion? last)
    {
        while (true)
        {
            for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetTimestamp() - start < Patience; WorkRegion.Rest())
                if (current is { } region && region != last) return region;
            Interlocked.Increment(ref asleep);
            if (current is not { } late || late == last) door.Wait();
            Interlocked.Decrement(ref asleep);
        }
    }
}
