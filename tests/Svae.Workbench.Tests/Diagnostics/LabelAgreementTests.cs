using CsCheck;
using Svae.Workbench.Diagnostics;
using Xunit;

namespace Svae.Workbench.Tests.Diagnostics;

public class LabelAgreementTests
{
    [Fact]
    public void Hand_computed_case()
    {
        int[] a = [0, 0, 0, 1, 1, 1], b = [0, 0, 1, 1, 2, 2];
        // I = log 2 − ⅓ log 2 (knowing b leaves a open in two frames of six), H(a) = log 2, H(b) = log 3
        Assert.Equal(2 * (2.0 / 3 * Math.Log(2)) / (Math.Log(2) + Math.Log(3)), LabelAgreement.Nmi(a, b), 1e-12);
        // pairs together in both 2, in a 6, in b 3, of 15: (2 − 18/15) / (4.5 − 18/15)
        Assert.Equal((2 - 1.2) / (4.5 - 1.2), LabelAgreement.Ari(a, b), 1e-12);
    }

    [Fact]
    public void Ari_is_the_pair_counting_definition() =>
        StateMatchingTests.Labels(4, 3).Sample((a, b) =>
        {
            double both = 0, inA = 0, inB = 0, all = 0;
            for (int i = 0; i < a.Length; i++)
                for (int j = 0; j < i; j++)
                {
                    all++;
                    if (a[i] == a[j]) inA++;
                    if (b[i] == b[j]) inB++;
                    if (a[i] == a[j] && b[i] == b[j]) both++;
                }
            double chance = all > 0 ? inA * inB / all : 0, most = (inA + inB) / 2;
            Assert.Equal(most == chance ? 1 : (both - chance) / (most - chance), LabelAgreement.Ari(a, b), 1e-10);
        });

    [Fact]
    public void Purity_is_the_share_of_frames_in_the_majority_of_their_state() =>
        StateMatchingTests.Labels(5, 3).Sample((found, truth) =>
        {
            int right = found.Zip(truth).GroupBy(p => p.First).Sum(state => state.GroupBy(p => p.Second).Max(same => same.Count()));
            Assert.Equal(right / (double)found.Length, LabelAgreement.Purity(found, truth));
            // Splitting states further cannot lower it; a name for every frame of its own makes it 1.
            Assert.Equal(1, LabelAgreement.Purity([.. Enumerable.Range(0, found.Length)], truth));
        });

    [Fact]
    public void A_frame_without_a_label_does_not_count_towards_purity() =>
        Assert.Equal(2 / 3.0, LabelAgreement.Purity([0, 0, 0, 1], [5, 5, 2, -1]));

    [Fact]
    public void Symmetric_and_blind_to_names() =>
        Gen.Select(StateMatchingTests.Labels(5, 4), Gen.Shuffle(Enumerable.Range(0, 5).ToArray())).Sample((labels, names) =>
        {
            var (a, b) = labels;
            int[] renamed = [.. a.Select(state => names[state])];
            Assert.Equal(LabelAgreement.Nmi(a, b), LabelAgreement.Nmi(b, renamed), 1e-12);
            Assert.Equal(LabelAgreement.Ari(a, b), LabelAgreement.Ari(b, renamed), 1e-12);
            Assert.Equal(1, LabelAgreement.Nmi(a, renamed), 1e-12);
            Assert.Equal(1, LabelAgreement.Ari(a, renamed), 1e-12);
        });

    [Fact]
    public void Random_labels_agree_by_chance_only()
    {
        var random = new Random(3);
        int[] Draw(int states) => [.. Enumerable.Range(0, 200_000).Select(_ => random.Next(states))];
        int[] a = Draw(10), b = Draw(7);
        Assert.InRange(LabelAgreement.Ari(a, b), -1e-3, 1e-3);
        Assert.InRange(LabelAgreement.Nmi(a, b), 0, 1e-3);
    }

    [Fact]
    public void Constant_labellings()
    {
        Assert.Equal(1, LabelAgreement.Nmi([0, 0, 0], [2, 2, 2]));
        Assert.Equal(1, LabelAgreement.Ari([0, 0, 0], [2, 2, 2]));
        Assert.Equal(0, LabelAgreement.Nmi([0, 0, 0, 0], [0, 1, 0, 1]), 1e-12);
        Assert.Equal(0, LabelAgreement.Ari([0, 0, 0, 0], [0, 1, 0, 1]), 1e-12);
    }

    [Fact]
    public void Unlabelled_frames_are_ignored_and_sequences_pooled()
    {
        IReadOnlyList<int[]> a = [[0, 1, 1], [1, 0]], b = [[-1, 2, 2], [0, 1]];
        Assert.Equal(LabelAgreement.Nmi([1, 1, 1, 0], [2, 2, 0, 1]), LabelAgreement.Nmi(a, b), 1e-12);
        Assert.Equal(LabelAgreement.Ari([1, 1, 1, 0], [2, 2, 0, 1]), LabelAgreement.Ari(a, b), 1e-12);
    }
}
