using CsCheck;
using Svae.Workbench.Diagnostics;
using Xunit;

namespace Svae.Workbench.Tests.Diagnostics;

public class LabelConsensusTests
{
    [Fact]
    public void Renamed_copies_agree_in_every_frame() =>
        Gen.Select(Gen.Int[0, 3].Array[1, 30], Gen.Shuffle(Enumerable.Range(0, 4).ToArray())).Sample((labels, names) =>
        {
            int[] renamed = [.. labels.Select(z => names[z])];
            var consensus = LabelConsensus.Of([[labels], [renamed], [renamed]], reference: 0);
            Assert.Equal(labels, consensus.Labels[0]);
            Assert.Equal(1, consensus.MeanAgreement, 1e-12);
        });

    [Fact]
    public void The_majority_outvotes_the_reference()
    {
        int[] truth = [0, 0, 0, 1, 1, 1, 2, 2], off = [0, 0, 1, 1, 1, 1, 2, 2], renamed = [2, 2, 2, 0, 0, 0, 1, 1];
        var consensus = LabelConsensus.Of([[off], [truth], [renamed]], reference: 0);
        Assert.Equal(truth, consensus.Labels[0]);
        Assert.Equal([1, 1, 2.0 / 3, 1, 1, 1, 1, 1], consensus.Agreement[0]);
        Assert.NotEqual(0, LabelConsensus.Of([[off], [truth], [renamed]]).Reference); // the outlier is not the most central
    }

    [Fact]
    public void States_without_a_partner_do_not_vote_and_ties_go_to_the_reference()
    {
        var consensus = LabelConsensus.Of([[[0, 0, 0, 0]], [[0, 0, 0, 1]]], reference: 0);
        Assert.Equal([0, 0, 0, 0], consensus.Labels[0]);
        Assert.Equal([1, 1, 1, 0.5], consensus.Agreement[0]);
        var tie = LabelConsensus.Of([[[1, 1, 0, 0, 0]], [[0, 1, 1, 1, 1]]], reference: 0);
        Assert.Equal([1, 1, 0, 0, 0], tie.Labels[0]);
    }

    [Fact]
    public void Frames_without_a_state_stay_so()
    {
        var consensus = LabelConsensus.Of([[[0, 1, -1]], [[1, 0, -1]]]);
        Assert.Equal(-1, consensus.Labels[0][2]);
        Assert.Equal(1, consensus.MeanAgreement);
    }
}
