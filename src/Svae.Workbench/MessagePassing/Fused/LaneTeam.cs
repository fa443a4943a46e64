namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// The scratch memory of the workers that share groups of sequences, kept from one pass over them to the next. It goes with the dispose scope
/// that it is made in, or before.
/// </summary>
/// <param name="groups">Groups of sequences.</param>
/// <param name="parts">Parts that they are shared out in: see <see cref="WorkerTeam.RunInParts"/>.</param>
/// <param name="lanes">Sequences side by side.</param>
/// <param name="entries">Matrix entries that the work on one group takes from the arena.</param>
internal sealed class LaneTeam(int groups, int parts, int lanes, long entries) : IDisposable
{
    private readonly LaneArena[] arenas = [.. Enumerable.Range(0, Native.Workers(parts)).Select(_ => new LaneArena(lanes, entries))];

    /// <summary>Runs the work of each group, on as many threads as torch uses.</summary>
    /// <param name="work">What is done to a group, with a worker's scratch memory.</param>
    public void ForEachGroup(Action<int, LaneArena> work) => WorkerTeam.Shared.RunInParts(groups, parts, arenas.Length, (worker, _, group) =>
    {
        arenas[worker].Reset();
        work(group, arenas[worker]);
    });

    public void Dispose()
    {
        foreach (LaneArena arena in arenas) arena.Dispose();
    }
}
