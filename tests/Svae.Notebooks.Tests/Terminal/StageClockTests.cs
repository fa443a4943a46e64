using Svae.Notebooks.Terminal;
using Svae.Workbench;
using Xunit;

namespace Svae.Notebooks.Tests.Terminal;

public sealed class StageClockTests
{
    [Theory]
    [InlineData(.42, "0.4 s")]
    [InlineData(42, "42 s")]
    [InlineData(187, "3:07 min")]
    [InlineData(3729, "1:02:09 h")]
    public void Times_are_short(double seconds, string text) => Assert.Equal(text, Durations.Short(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_stage_says_what_is_left_once_there_is_something_to_judge_by()
    {
        var clock = new StageClock();
        Assert.Null(clock.Describe());
        clock.Report(new WorkProgress("train", .1));
        Assert.Null(clock.Remaining);
        Assert.Equal("train 10 %", clock.Describe());
        clock.Report(new WorkProgress("train", .5, "ELBO −3"));
        Assert.Equal("train 50 %, ELBO −3", clock.Describe());
    }
}
