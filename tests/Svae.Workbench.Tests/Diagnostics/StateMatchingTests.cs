using CsCheck;
using Svae.Workbench.Diagnostics;
using Xunit;

namespace Svae.Workbench.Tests.Diagnostics;

public class StateMatchingTests
{
    [Fact]
    public void Hand_computed_case()
    {
        var matching = StateMatching.Match([0, 0, 0, 1, 1, 2], [1, 1, 0, 0, 0, 1]);
        Assert.Equal([1, 0, -1], matching.InferredToTrue); // state 2 has no label left
        Assert.Equal(4.0 / 6, matching.Accuracy, 1e-12);
        Assert.Equal([-1, 1, 0, -1], matching.Apply([2, 0, 1, 7])); // state 7 was never seen
    }

    [Fact]
    public void Accuracy_is_the_best_over_all_permutations() =>
        Labels(4, 3).Sample((a, b) =>
        {
            double best = Permutations(4).Max(p => (double)a.Zip(b).Count(pair => p[pair.First] == pair.Second) / a.Length);
            Assert.Equal(best, StateMatching.Match(a, b).Accuracy, 1e-12);
        }, iter: 200);

    [Fact]
    public void Renaming_the_states_changes_nothing() =>
        Gen.Select(Labels(5, 5), Gen.Shuffle(Enumerable.Range(0, 5).ToArray())).Sample((labels, names) =>
        {
            var (a, b) = labels;
            int[] renamed = [.. a.Select(state => names[state])];
            Assert.Equal(StateMatching.Match(a, b).Accuracy, StateMatching.Match(renamed, b).Accuracy, 1e-12);
            Assert.Equal(1, StateMatching.Match(renamed, a).Accuracy);
        });

    [Fact]
    public void Unlabelled_frames_are_ignored()
    {
        var matching = StateMatching.Match([[0, 1, 1], [1, 0]], [[-1, 2, 2], [2, -1]]);
        Assert.Equal([-1, 2], matching.InferredToTrue);
        Assert.Equal(1, matching.Accuracy);
    }

    [Fact]
    public void A_matching_from_training_scores_held_out_sequences()
    {
        var trained = StateMatching.Match([0, 0, 1, 1], [1, 1, 0, 0]);
        Assert.Equal(0.5, trained.AccuracyOn([[0, 0, 1, 5]], [[1, 0, 0, 0]]), 1e-12); // the fourth state is new: wrong
        Assert.Equal(trained.Accuracy, trained.AccuracyOn([[0, 0, 1, 1]], [[1, 1, 0, 0]]));
    }

    [Fact]
    public void Bad_input_is_refused_by_name()
    {
        string Message(int[] inferred, int[] truth) => Assert.Throws<ArgumentException>(() => StateMatching.Match(inferred, truth)).Message;
        Assert.Equal("inferred[0] has 2 frames, truth[0] has 3", Message([0, 1], [0, 1, 1]));
        Assert.Equal("inferred, truth: no frame has both labels", Message([0, 1], [-1, -1]));
        Assert.Equal("inferred[0][1] = -1, but truth[0][1] = 4: every labelled frame needs an inferred state", Message([0, -1], [0, 4]));
        Assert.Equal("truth[0][1] = -2: a label is 0 or more, or −1 for none", Message([0, 0], [0, -2]));
    }

    internal static Gen<(int[], int[])> Labels(int statesA, int statesB) =>
        Gen.Int[1, 30].SelectMany(length => Gen.Select(Gen.Int[0, statesA - 1].Array[length], Gen.Int[0, statesB - 1].Array[length]));

    private static IEnumerable<int[]> Permutations(int n) => n == 0 ? [[]] :
        Permutations(n - 1).SelectMany(p => Enumerable.Range(0, n).Select(at => (int[])[.. p[..at], n - 1, .. p[at..]]));
}
