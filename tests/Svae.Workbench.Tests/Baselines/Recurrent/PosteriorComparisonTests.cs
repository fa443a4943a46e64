using Svae.Workbench.Baselines;
using Svae.Workbench.Data;
using Xunit;

namespace Svae.Workbench.Tests.Baselines;

public class PosteriorComparisonTests
{
    [Fact]
    public void No_bound_exceeds_the_evidence_and_every_gap_closes_with_training()
    {
        var process = new LinearGaussianRotation { Frames = 20, TrainingSequences = 16 };
        var settings = new PosteriorComparisonSettings { Steps = 40, Every = 20, BatchSize = 8, Hidden = 8, PotentialRate = 1e-2, RecurrentRate = 1e-2, Regression = false };
        IReadOnlyList<PosteriorGap> gaps = PosteriorComparison.Run(process, settings, seed: 1);
        Assert.Equal(3, gaps.Count);
        foreach (PosteriorGap gap in gaps)
        {
            Assert.Equal([0, 20, 40], gap.Steps);
            Assert.All(gap.Gaps, value => Assert.True(value > 0, $"{gap.Name}: gap {value}"));
            Assert.True(gap.Gaps[^1] < 0.8 * gap.Gaps[0], $"{gap.Name}: {string.Join(", ", gap.Gaps)}");
        }
    }

    [Fact]
    public void From_a_regression_message_passing_begins_near_the_evidence_and_stays_ahead()
    {
        var process = new LinearGaussianRotation { Frames = 40, TrainingSequences = 40 };
        var settings = new PosteriorComparisonSettings { Steps = 20, Every = 20, BatchSize = 8, Hidden = 8 };
        IReadOnlyList<PosteriorGap> gaps = PosteriorComparison.Run(process, settings, seed: 1);
        Assert.InRange(gaps[0].Gaps[0], 0, 0.05); // what a finite sample leaves of the exact potentials
        Assert.All(gaps.Skip(1), recurrent => Assert.True(recurrent.Gaps.Min() > 10 * gaps[0].Gaps[^1], $"{recurrent.Name}: {string.Join(", ", recurrent.Gaps)}"));
    }
}
