using CsCheck;
using Svae.Workbench.Behavior;
using Xunit;

namespace Svae.Workbench.Tests.Behavior;

public class SyllablesTests
{
    private static readonly Gen<int[][]> labels = Gen.Int[-1, 4].Array[1, 40].Array[1, 4];

    [Fact]
    public void A_sequence_counted_by_hand()
    {
        // 0 0 1 1 1 0 | 2 0 : at 2 Hz
        var of = Syllables.Of([[0, 0, 1, 1, 1, 0], [2, 0]], 2);
        Assert.Equal(3, of.States);
        Assert.Equal([4 / 8.0, 3 / 8.0, 1 / 8.0], of.Usage);
        Assert.Equal([1.0, .5, .5], of.Durations[0]);
        Assert.Equal([1.5], of.Durations[1]);
        Assert.Equal([.5, 1.5, .5], of.MedianDuration);
        Assert.Equal(new[,] { { 0, 1, 0 }, { 1, 0, 0 }, { 1, 0, 0 } }, of.TransitionCounts);
        Assert.Equal(new[,] { { 0, 1.0, 0 }, { 1, 0, 0 }, { 1, 0, 0 } }, of.TransitionProbabilities);
        Assert.Equal([0, 1, 2], of.ByUsage);
        Assert.Equal(new Bout(1, 0, 1, 1), of.Bouts[^1]);
    }

    [Fact]
    public void Frames_without_a_label_count_in_nothing_and_break_the_succession()
    {
        var of = Syllables.Of([[0, -1, 1]], 1);
        Assert.Equal([.5, .5], of.Usage);
        Assert.Equal(new[,] { { 0, 0 }, { 0, 0 } }, of.TransitionCounts);
    }

    [Fact]
    public void An_unused_state_has_no_duration() => Assert.True(double.IsNaN(Syllables.Of([[0]], 30, states: 2).MedianDuration[1]));

    [Fact]
    public void No_frames_at_all_are_no_states() => Assert.Equal(0, Syllables.Of([[], []], 30).States);

    [Fact]
    public void A_label_outside_is_refused_by_its_place()
    {
        Assert.Contains("labels[1][2] is 7", Assert.Throws<ArgumentException>(() => Syllables.Of([[0], [0, 1, 7]], 30, states: 3)).Message);
        Assert.Contains("frameRate", Assert.Throws<ArgumentException>(() => Syllables.Of([[0]], 0)).Message);
    }

    [Fact]
    public void Usage_sums_to_one_and_durations_to_the_labelled_length() => labels.Sample(sequences =>
    {
        var of = Syllables.Of(sequences, 30);
        int labelled = sequences.Sum(s => s.Count(z => z >= 0));
        double seconds = of.Durations.Sum(d => d.Sum());
        return Math.Abs(seconds - labelled / 30.0) < 1e-9 && (labelled == 0 || Math.Abs(of.Usage.Sum() - 1) < 1e-12);
    });

    [Fact]
    public void Transitions_are_the_changes_counted_frame_by_frame() => labels.Sample(sequences =>
    {
        var of = Syllables.Of(sequences, 30, states: 5);
        var counts = new int[5, 5];
        foreach (int[] s in sequences)
            for (int t = 1; t < s.Length; t++)
                if (s[t] != s[t - 1] && s[t] >= 0 && s[t - 1] >= 0) counts[s[t - 1], s[t]]++;
        return counts.Cast<int>().SequenceEqual(of.TransitionCounts.Cast<int>());
    });

    [Fact]
    public void Rows_of_transition_probabilities_sum_to_one_or_nothing() => labels.Sample(sequences =>
    {
        var p = Syllables.Of(sequences, 30, states: 5).TransitionProbabilities;
        return Enumerable.Range(0, 5).Select(i => Enumerable.Range(0, 5).Sum(j => p[i, j])).All(sum => sum == 0 || Math.Abs(sum - 1) < 1e-12);
    });
}
