using Svae.Workbench.Diagnostics;
using Xunit;

namespace Svae.Workbench.Tests.Diagnostics;

public class ReproductionScoreTests
{
    [Theory]
    [InlineData(.5, .4, null, null, null, true)]
    [InlineData(.3, .4, null, null, null, false)]
    [InlineData(.5, .4, .45, null, null, false)]
    [InlineData(2.0, null, null, 2.1, .2, true)]
    [InlineData(2.0, null, null, 2.1, .05, false)]
    [InlineData(2.0, null, null, 2.1, null, null)]
    [InlineData(double.NaN, .4, null, null, null, false)]
    [InlineData(double.PositiveInfinity, .4, null, null, null, false)]
    [InlineData(2.0, null, null, double.NaN, 1.0, false)]
    public void A_claim_holds_inside_its_bounds_only(double value, double? atLeast, double? atMost, double? reference, double? tolerance, bool? holds) =>
        Assert.Equal(holds, new ReproductionScore { Name = "s", Value = value, AtLeast = atLeast, AtMost = atMost, Reference = reference, Tolerance = tolerance }.Holds());

    [Theory]
    [InlineData(0, "0")]
    [InlineData(.70312, "0.7031")]
    [InlineData(-12.5, "−12.5")]
    [InlineData(3e-12, "3e−12")]
    [InlineData(123456, "123456")]
    [InlineData(double.NaN, "NaN")]
    public void Numbers_read_as_people_write_them(double value, string text) => Assert.Equal(text, ReproductionScore.Number(value));

    [Fact]
    public void The_claim_and_the_reference_are_said_in_words()
    {
        var score = new ReproductionScore { Name = "log evidence", Value = -3.25, Unit = "nats", Reference = -3.25, Tolerance = 1e-9, ReferenceSource = "enumeration" };
        Assert.Equal("−3.25 nats", score.Measured());
        Assert.Equal("−3.25 ± 1e−9", score.Claim());
        Assert.Equal("−3.25 (enumeration)", score.ReferenceInWords());
        Assert.Equal("≥ 0.4, ≤ 0.6", new ReproductionScore { Name = "s", Value = 1, AtLeast = .4, AtMost = .6 }.Claim());
    }
}
