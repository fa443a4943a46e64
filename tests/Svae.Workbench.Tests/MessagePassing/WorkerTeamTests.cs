using CsCheck;
using Svae.Workbench.MessagePassing;
using Xunit;

namespace Svae.Workbench.Tests.MessagePassing;

public sealed class WorkerTeamTests
{
    [Fact]
    public void Every_piece_is_done_once_by_a_worker_that_exists() =>
        (from count in Gen.Int[0, 40] from workers in Gen.Int[1, 6] select (count, workers)).Sample(size =>
        {
            int[] done = new int[size.count];
            bool strange = false;
            WorkerTeam.Shared.Run(size.count, size.workers, (worker, i) =>
            {
                Interlocked.Increment(ref done[i]);
                if (worker < 0 || worker >= size.workers) strange = true;
            });
            return !strange && done.All(times => times == 1);
        }, iter: 2_000, threads: 1);

    [Fact]
    public void Helpers_take_part_when_the_caller_is_slow()
    {
        var threads = new HashSet<int>();
        WorkerTeam.Shared.Run(40, 2, (_, _) =>
        {
            Thread.Sleep(5);
            lock (threads) threads.Add(Environment.CurrentManagedThreadId);
        });
        Assert.Equal(2, threads.Count);
    }

    [Fact]
    public void Pieces_of_one_worker_never_overlap() // its scratch memory is its own
    {
        int[] inside = new int[4];
        bool overlap = false;
        for (int call = 0; call < 200; call++)
            WorkerTeam.Shared.Run(32, 4, (worker, _) =>
            {
                if (Interlocked.Increment(ref inside[worker]) > 1) overlap = true;
                Thread.SpinWait(50);
                Interlocked.Decrement(ref inside[worker]);
            });
        Assert.False(overlap);
    }

    [Fact]
    public void Parts_take_their_pieces_in_order()
    {
        for (int call = 0; call < 100; call++)
        {
            var orders = new List<int>[] { [], [], [] };
            WorkerTeam.Shared.RunInParts(11, 3, 2, (_, part, i) => orders[part].Add(i));
            Assert.Equal(new[] { new[] { 0, 3, 6, 9 }, new[] { 1, 4, 7, 10 }, new[] { 2, 5, 8 } }, orders.Select(order => order.ToArray()));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(19)]
    public void A_failure_reaches_the_caller_when_all_have_come_to_rest(int bad)
    {
        int inside = 0;
        var failure = Assert.Throws<InvalidOperationException>(() => WorkerTeam.Shared.Run(20, 2, (_, i) =>
        {
            Interlocked.Increment(ref inside);
            Thread.Sleep(1);
            Interlocked.Decrement(ref inside);
            if (i == bad) throw new InvalidOperationException($"piece {i}");
        }));
        Assert.Equal((0, $"piece {bad}"), (inside, failure.Message));
        int sum = 0;
        WorkerTeam.Shared.Run(10, 2, (_, i) => Interlocked.Add(ref sum, i)); // and the team works on
        Assert.Equal(45, sum);
    }

    [Fact]
    public void Callers_at_once_and_calls_within_calls_all_get_their_work_done()
    {
        int done = 0;
        var callers = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int call = 0; call < 200; call++)
                WorkerTeam.Shared.Run(5, 3, (_, _) => WorkerTeam.Shared.Run(3, 3, (_, _) => Interlocked.Increment(ref done)));
        })).ToArray();
        foreach (Thread caller in callers) caller.Start();
        foreach (Thread caller in callers) caller.Join();
        Assert.Equal(4 * 200 * 5 * 3, done);
    }
}
