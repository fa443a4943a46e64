using CsCheck;
using Svae.Workbench.Behavior;
using Xunit;

namespace Svae.Workbench.Tests.Behavior;

public class SyllableExamplesTests
{
    private static int[] Runs(params (int State, int Length)[] runs) => runs.SelectMany(r => Enumerable.Repeat(r.State, r.Length)).ToArray();

    [Fact]
    public void The_first_example_has_the_median_duration()
    {
        var of = Syllables.Of([Runs((1, 5), (0, 2), (1, 5), (0, 10), (1, 5), (0, 40), (1, 5))], 30);
        Assert.Equal(10, SyllableExamples.Pick(of, 0, 1)[0].Length);
    }

    [Fact]
    public void A_surer_bout_is_preferred_among_equally_long_ones()
    {
        var labels = Runs((0, 10), (1, 3), (0, 10), (1, 3), (0, 10));
        var confidence = Enumerable.Repeat(.6, labels.Length).ToArray();
        for (int t = 13; t < 23; t++) confidence[t] = .99;
        Assert.Equal(13, SyllableExamples.Pick(Syllables.Of([labels], 30), 0, 1, [confidence])[0].Start);
    }

    [Fact]
    public void Examples_are_spread_across_recordings()
    {
        var one = Runs((0, 10), (1, 3), (0, 10), (1, 3), (0, 10), (1, 3));
        var of = Syllables.Of([one, one, one], 30);
        Assert.Equal([0, 1, 2], SyllableExamples.Pick(of, 0, 3).Select(b => b.Recording).Order());
    }

    [Fact]
    public void A_bout_at_the_recordings_edge_is_taken_only_when_nothing_else_is_left()
    {
        var of = Syllables.Of([Runs((0, 10), (1, 20), (0, 17), (1, 20), (0, 10))], 30);
        var picked = SyllableExamples.Pick(of, 0, 3, margin: 5);
        Assert.Equal(30, picked[0].Start);
        Assert.Equal(3, picked.Count);
    }

    [Fact]
    public void Every_example_is_a_bout_of_the_state_and_none_comes_twice() => Gen.Int[0, 3].Array[1, 60].Array[1, 3].Sample(sequences =>
    {
        var of = Syllables.Of(sequences, 30, states: 4);
        for (int k = 0; k < 4; k++)
        {
            var picked = SyllableExamples.Pick(of, k, 3);
            if (picked.Count != Math.Min(3, of.BoutsOf[k].Count) || picked.Distinct().Count() != picked.Count || picked.Any(b => b.State != k)) return false;
        }
        return true;
    });
}
