using System.Runtime.ExceptionServices;

namespace Svae.Workbench.MessagePassing;

/// <summary>One call's pieces of work, cut into a range for each worker.</summary>
internal sealed class WorkRegion
{
    private const int Apart = 32; // counters of two workers never share a cache line

    private readonly int count, workers;
    private readonly Action<int, int> work;
    private readonly int[] last; // the piece of each range that was taken last
    private int seats, inside;
    private volatile bool closed;
    private Exception? failure;

    public WorkRegion(int count, int workers, Action<int, int> work)
    {
        (this.count, this.workers, this.work) = (count, workers, work);
        last = new int[workers * Apart];
        for (int range = 0; range < workers; range++) last[range * Apart] = Start(range) - 1;
    }

    /// <summary>A moment's wait that leaves the processor to others.</summary>
    public static void Rest()
    {
        Thread.SpinWait(8);
        Thread.Yield();
    }

    /// <summary>A helper's part in it: none when it is over or all seats are taken.</summary>
    public void Join()
    {
        Interlocked.Increment(ref inside); // before the look at closed, as Close looks the other way round
        try
        {
            int seat = closed ? workers : Interlocked.Increment(ref seats);
            if (seat < workers) TakePart(seat);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref failure, exception, null);
            closed = true;
        }
        Interlocked.Decrement(ref inside);
    }

    /// <summary>Works on one piece after the other until none is left, those of the worker's own range first.</summary>
    public void TakePart(int worker)
    {
        for (int turn = 0; turn < workers; turn++)
        {
            int range = (worker + turn) % workers, end = Start(range + 1);
            for (int i; !closed && (i = Interlocked.Increment(ref last[range * Apart])) < end;) work(worker, i);
        }
    }

    /// <summary>Lets nobody in any more, and waits for those inside to finish the piece they are at.</summary>
    public void Close()
    {
        closed = true;
        Interlocked.MemoryBarrier();
        while (Volatile.Read(ref inside) > 0) Rest();
    }

    public void Rethrow()
    {
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
    }

    private int Start(int range) => (int)((long)range * count / workers);
}
