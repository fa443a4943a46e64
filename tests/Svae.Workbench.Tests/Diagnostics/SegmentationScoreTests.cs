using CsCheck;
using Svae.Workbench.Diagnostics;
using Xunit;

namespace Svae.Workbench.Tests.Diagnostics;

public class SegmentationScoreTests
{
    [Fact]
    public void The_truth_under_other_names_scores_one_in_everything() =>
        Gen.Int[0, 4].Array[1, 40].Sample(truth =>
        {
            var (accuracy, nmi, ari, changepointF1) = SegmentationScore.Of([.. truth.Select(z => 9 - z)], truth);
            Assert.All([accuracy, nmi, ari, changepointF1], value => Assert.Equal(1, value, 1e-12));
        });

    [Fact]
    public void Each_number_is_the_one_of_its_own_measure() =>
        StateMatchingTests.Labels(4, 6).Sample((a, b) =>
        {
            var score = SegmentationScore.Of(a, b, tolerance: 1);
            Assert.Equal(StateMatching.Match(a, b).Accuracy, score.Accuracy, 1e-12);
            Assert.Equal(LabelAgreement.Nmi(a, b), score.Nmi);
            Assert.Equal(LabelAgreement.Ari(a, b), score.Ari);
            Assert.Equal(Changepoints.F1(a, b, 1), score.ChangepointF1);
        });

    [Fact]
    public void Held_out_sequences_are_scored_with_the_matching_of_the_training_ones()
    {
        var matching = StateMatching.Match([[0, 0, 1, 1]], [[3, 3, 2, 2]]);
        var score = SegmentationScore.Of([[1, 1, 0, 0]], [[3, 3, 2, 2]], matching); // the states have changed places
        Assert.Equal(0, score.Accuracy);
        Assert.Equal(1, score.Nmi);
    }

    [Fact]
    public void Prints_as_one_line() =>
        Assert.Equal("accuracy 0.600, NMI 0.650, ARI 0.520, changepoint F1 0.240", new SegmentationScore(.6, .65, .52, .24).ToString());
}
