using CsCheck;
using Svae.Workbench.Diagnostics;
using Xunit;

namespace Svae.Workbench.Tests.Diagnostics;

public class ChangepointsTests
{
    [Fact]
    public void Hand_computed_case()
    {
        int[] truth = Steps(20, 5, 12), inferred = Steps(20, 3, 9, 16); // 3 ~ 5, 9 ~ 12, 16 is 4 away from 12
        Assert.Equal([5, 12], Changepoints.Of(truth));
        var compared = Changepoints.Compare([inferred], [truth], 3);
        Assert.Equal(new Changepoints(2, 3, 2), compared);
        Assert.Equal(2.0 / 3, compared.Precision, 1e-12);
        Assert.Equal(1, compared.Recall);
        Assert.Equal(0.8, Changepoints.F1(inferred, truth, 3), 1e-12);
        Assert.Equal(0, Changepoints.F1(inferred, truth, 1));
    }

    [Fact]
    public void One_true_change_pairs_with_one_inferred_only() =>
        Assert.Equal(2.0 / 3, Changepoints.F1(Steps(20, 9, 11), Steps(20, 10), 3), 1e-12);

    [Fact]
    public void Pairs_are_as_many_as_the_best_assignment_has() =>
        Gen.Select(StateMatchingTests.Labels(2, 3), Gen.Int[0, 4]).Sample((labels, tolerance) =>
        {
            var (a, b) = labels;
            int[] inferred = Changepoints.Of(a), truth = Changepoints.Of(b);
            var near = new double[inferred.Length, truth.Length];
            for (int i = 0; i < inferred.Length; i++)
                for (int j = 0; j < truth.Length; j++) near[i, j] = Math.Abs(inferred[i] - truth[j]) <= tolerance ? 1 : 0;
            int[] assigned = Hungarian.Maximise(near);
            int most = (int)assigned.Select((j, i) => j >= 0 ? near[i, j] : 0).Sum();
            Assert.Equal(most, Changepoints.Compare([a], [b], tolerance).Paired);
        }, iter: 500);

    [Fact]
    public void Sequences_add_up_and_do_not_join()
    {
        Assert.Equal(new Changepoints(0, 0, 1), Changepoints.Compare([[0, 0], [1, 1]], [[0, 1], [2, 2]], 3));
        Assert.Equal(1, Changepoints.F1([0, 0], [1, 1]));
    }

    [Fact]
    public void Unlabelled_stretches_hold_no_changes()
    {
        Assert.Empty(Changepoints.Of([1, -1, 2]));
        Assert.Equal(new Changepoints(1, 1, 1), Changepoints.Compare([[0, 1, 0, 1, 1, 2]], [[-1, -1, -1, 3, 3, 4]], 0));
    }

    /// <summary>Labels that change at these frames.</summary>
    private static int[] Steps(int length, params int[] changes) =>
        [.. Enumerable.Range(0, length).Select(t => changes.Count(c => t >= c))];
}
