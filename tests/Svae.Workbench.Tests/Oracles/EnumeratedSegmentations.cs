using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Oracles;

/// <summary>A hidden semi-Markov model by enumeration of all segmentations of one sequence: slow and obvious.</summary>
public sealed class EnumeratedSegmentations
{
    public sealed record Segment(int State, int Start, int Duration);

    /// <summary>Every way to cover the time steps; the last segment may run past the end.</summary>
    public IReadOnlyList<IReadOnlyList<Segment>> All { get; }

    public double LogZ { get; }

    public double[] Probabilities { get; }

    public IReadOnlyList<double> LogWeights { get; }

    private readonly int T, K, D;

    public EnumeratedSegmentations(HsmmPotentials potentials, int b, int length)
    {
        Tensor initial = potentials.LogInitial.dim() == 2 ? potentials.LogInitial[b] : potentials.LogInitial;
        Tensor transition = potentials.LogTransition.dim() == 3 ? potentials.LogTransition[b] : potentials.LogTransition;
        Tensor duration = potentials.LogDuration.dim() == 3 ? potentials.LogDuration[b] : potentials.LogDuration;
        (T, K, D) = (length, (int)duration.shape[0], (int)duration.shape[1]);
        All = [.. Cover(0, [])];
        LogWeights = [.. All.Select(segments =>
            segments.Select((s, i) => (i == 0 ? initial[s.State] : transition[segments[i - 1].State, s.State]).item<double>()
                + duration[s.State, s.Duration - 1].item<double>()
                + Covered(s).Sum(t => potentials.LogLikelihood[b, t, s.State].item<double>())).Sum())];
        double max = LogWeights.Max();
        LogZ = max + Math.Log(LogWeights.Sum(w => Math.Exp(w - max)));
        Probabilities = [.. LogWeights.Select(w => Math.Exp(w - LogZ))];
    }

    public Tensor Marginals => Expect([T, K], (add, segments) => { foreach (var s in segments) foreach (int t in Covered(s)) add([t, s.State]); });

    public Tensor SegmentStarts => Expect([T, K], (add, segments) => { foreach (var s in segments) add([s.Start, s.State]); });

    public Tensor TransitionCounts => Expect([K, K], (add, segments) => { foreach (var (s, next) in segments.Zip(segments.Skip(1))) add([s.State, next.State]); });

    public Tensor DurationCounts => Expect([K, D], (add, segments) => { foreach (var s in segments) add([s.State, s.Duration - 1]); });

    private IEnumerable<int> Covered(Segment s) => Enumerable.Range(s.Start, Math.Min(s.Duration, T - s.Start));

    private IEnumerable<IReadOnlyList<Segment>> Cover(int start, IReadOnlyList<Segment> before) =>
        start >= T ? [before]
            : from state in Enumerable.Range(0, K)
              from duration in Enumerable.Range(1, D)
              from whole in Cover(start + duration, [.. before, new Segment(state, start, duration)])
              select whole;

    private Tensor Expect(int[] shape, Action<Action<int[]>, IReadOnlyList<Segment>> count)
    {
        var sums = new double[shape[0], shape[1]];
        for (int i = 0; i < All.Count; i++) count(at => sums[at[0], at[1]] += Probabilities[i], All[i]);
        return tensor(sums);
    }
}
