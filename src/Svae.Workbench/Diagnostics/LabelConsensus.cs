namespace Svae.Workbench.Diagnostics;

/// <summary>
/// One segmentation out of several runs (seeds) of the same model: each run's states are matched to those of a reference run,
/// then every frame takes the state that most runs give it.
/// </summary>
/// <param name="Labels">The state of each frame in the reference run's numbering, one array per sequence; −1 where it has none.</param>
/// <param name="Agreement">Share of the runs that give the frame that state, 0 … 1, one array per sequence.</param>
/// <param name="Reference">Index of the reference run.</param>
/// <param name="Matchings">Each run's matching to the reference; its accuracy is the share of frames on which the two agree.</param>
public sealed record LabelConsensus(
    IReadOnlyList<int[]> Labels, IReadOnlyList<double[]> Agreement, int Reference, IReadOnlyList<StateMatching> Matchings)
{
    /// <summary>Mean over the frames of the share of runs that agree, 1 / runs … 1.</summary>
    public double MeanAgreement => Labels.Zip(Agreement).SelectMany(pair => pair.First.Zip(pair.Second))
        .Where(frame => frame.First >= 0).Select(frame => frame.Second).DefaultIfEmpty(0).Average();

    /// <summary>The consensus of several runs over the same sequences.</summary>
    /// <param name="runs">Per run one array of states per sequence; −1 where a frame has none (padding), in all runs alike.</param>
    /// <param name="reference">The run whose states name the result; by default the one that agrees most with the others.</param>
    /// <exception cref="ArgumentException">There is no run, or the runs differ in their sequences' lengths.</exception>
    public static LabelConsensus Of(IReadOnlyList<IReadOnlyList<int[]>> runs, int? reference = null)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count == 0) throw new ArgumentException("runs: at least one run is needed");
        int chosen = reference ?? MostCentral(runs);
        StateMatching[] matchings = [.. runs.Select(run => StateMatching.Match(run, runs[chosen]))];
        var labels = new List<int[]>();
        var agreement = new List<double[]>();
        for (int s = 0; s < runs[chosen].Count; s++)
        {
            int[][] votes = [.. runs.Select((run, r) => matchings[r].Apply(run[s]))];
            var frames = Enumerable.Range(0, runs[chosen][s].Length)
                .Select(t => Elect([.. votes.Select(vote => vote[t])], runs[chosen][s][t])).ToArray();
            labels.Add([.. frames.Select(f => f.State)]);
            agreement.Add([.. frames.Select(f => (double)f.Votes / runs.Count)]);
        }
        return new LabelConsensus(labels, agreement, chosen, matchings);
    }

    private static int MostCentral(IReadOnlyList<IReadOnlyList<int[]>> runs) =>
        Enumerable.Range(0, runs.Count).MaxBy(r => runs.Sum(other => StateMatching.Match(other, runs[r]).Accuracy));

    /// <summary>The most frequent vote. States without a partner (−1) do not vote; a tie goes to the reference.</summary>
    private static (int State, int Votes) Elect(int[] votes, int reference)
    {
        if (reference < 0) return (-1, 0);
        return votes.Where(v => v >= 0).GroupBy(v => v).Select(g => (State: g.Key, Votes: g.Count()))
            .OrderByDescending(v => v.Votes).ThenBy(v => v.State == reference ? -1 : v.State).First();
    }
}
