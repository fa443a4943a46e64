using Svae.Workbench.Display;
using Xunit;

namespace Svae.Workbench.Tests.Display;

/// <summary>Against the published measures of contrast (WCAG 2.2) and of difference (CIEDE2000).</summary>
public class PaletteTests
{
    [Theory]
    [InlineData(6, 17, 11)]
    [InlineData(12, 14, 7.5)]
    [InlineData(30, 8, 4.5)]
    public void Any_two_of_the_first_colours_differ_for_every_reader(int count, double fullSight, double colorBlind)
    {
        for (int i = 0; i < count; i++)
            for (int j = 0; j < i; j++)
                foreach (var (reader, eye) in ColorDifference.Visions)
                {
                    double difference = ColorDifference.Of(Palette.Of(i), Palette.Of(j), eye);
                    Assert.True(difference >= (reader == "full sight" ? fullSight : colorBlind), $"{Palette.Of(i)} and {Palette.Of(j)}: {difference:F1} ({reader})");
                }
    }

    [Fact]
    public void No_colour_looks_like_the_grey_of_what_has_no_label() =>
        Assert.All(Palette.Colors, color => Assert.InRange(ColorDifference.Visions.Min(one => ColorDifference.Of(color, Palette.Neutral, one.Eye)), 4.5, 100));

    [Theory]
    [InlineData("#FFFFFF", "pictures, and light pages of every client")]
    [InlineData("#1F1F1F", "VS Code, dark")]
    [InlineData("#16191D", "exported pages, dark")]
    [InlineData("#111111", "JupyterLab, dark")]
    public void Every_colour_stands_out_from_the_ground(string ground, string where)
    {
        foreach (string color in Palette.Colors.Append(Palette.Neutral))
            Assert.True(ColorDifference.Contrast(color, ground) >= 3, $"{color}: {ColorDifference.Contrast(color, ground):F2} on {ground} ({where})");
    }

    [Fact]
    public void No_label_is_grey_and_colours_repeat() => Assert.Equal((Palette.Neutral, Palette.Of(0)), (Palette.Of(-1), Palette.Of(30)));

    [Theory]
    [InlineData(50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425)]
    [InlineData(50, 2.5, 0, 73, 25, -18, 27.1492)]
    [InlineData(50, 2.5, 0, 50, 3.2592, .3350, 1.0000)]
    [InlineData(60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644)]
    [InlineData(50, 2.49, -.001, 50, -2.49, .0011, 7.2195)]
    public void The_difference_is_that_of_the_published_pairs(double l1, double a1, double b1, double l2, double a2, double b2, double published) =>
        Assert.Equal(published, ColorDifference.Ciede2000((l1, a1, b1), (l2, a2, b2)), 4);
}
