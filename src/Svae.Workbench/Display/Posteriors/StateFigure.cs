using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>Posteriors over discrete states: the most probable state of each frame, the probability of every state, and expected transitions.</summary>
public static class StateFigure
{
    private const int MostRibbons = 12, MostColumns = 400;

    /// <summary>q(z) of a hidden Markov model.</summary>
    /// <param name="posterior">The posterior.</param>
    /// <param name="sequence">Which sequence's probabilities are shown.</param>
    public static IMimeBundle Of(HmmPosterior posterior, int sequence = 0) => new BundleStack("Posterior of the states",
        [Marginals(posterior.Marginals, sequence), Counts("Expected transitions, all sequences", posterior.PairMarginalSum, "to state", "from state")]);

    /// <summary>q(z) of a hidden semi-Markov model, with expected durations.</summary>
    /// <param name="posterior">The posterior.</param>
    /// <param name="sequence">Which sequence's probabilities are shown.</param>
    public static IMimeBundle Of(HsmmPosterior posterior, int sequence = 0) => new BundleStack("Posterior of the states and their durations",
        [Marginals(posterior.Marginals, sequence), Counts("Expected transitions, all sequences", posterior.TransitionCounts, "to state", "from state"),
            Counts("Expected durations, all sequences", posterior.DurationCounts, "duration − 1 (frames)", "state")]);

    private static Figure Marginals(Tensor marginals, int sequence)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        if (sequence < 0 || sequence >= marginals.shape[0]) throw new ArgumentException($"sequence: expected 0 to {marginals.shape[0] - 1}, got {sequence}");
        int[] lengths = [.. TensorNumbers.Flat((TensorNumbers.Plain(marginals).sum(-1) > .5).sum(1)).Select(t => (int)t)];
        int[][] states = PosteriorFigure.MostProbable(marginals, lengths);
        int step = Math.Max((lengths[sequence] + MostColumns - 1) / MostColumns, 1), shown = Math.Min(states.Length, MostRibbons);
        Tensor p = marginals[sequence].narrow(0, 0, lengths[sequence])[TensorIndex.Slice(0, null, step)];
        return new Figure("Which state at which time")
        {
            Subtitle = (states.Length > shown ? $"most probable states of the first {shown} of {states.Length} sequences" : "most probable states")
                + $"; below, probabilities in sequence {sequence}",
            Panels =
            [
                SequencePanels.Ribbons([.. states.Take(shown)], b => $"sequence {b}"),
                new Panel("time (frames)", Axis.Numbered("state", (int)marginals.shape[2])) { Height = (int)Math.Clamp(18 * marginals.shape[2], 70, 320) }
                    .HeatMap(TensorNumbers.Matrix(p.mT), "probability", min: 0, max: 1, columns: new CellCenters(0, step)),
            ],
        };
    }

    private static Figure Counts(string title, Tensor counts, string x, string y)
    {
        using var scope = NewDisposeScope();
        double[,] sum = TensorNumbers.Matrix(TensorNumbers.Plain(counts).sum([0L]));
        return new Figure(title)
        {
            Panels = [new Panel(Axis.Numbered(x, sum.GetLength(1)), Axis.Numbered(y, sum.GetLength(0))) { Height = Math.Clamp(20 * sum.GetLength(0), 90, 340) }
                .HeatMap(sum, "expected count", min: 0, format: sum.GetLength(1) <= 10 ? "0.0" : null)],
        };
    }
}
