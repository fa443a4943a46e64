using SkiaSharp;
using Svae.Workbench.Display;
using Xunit;

namespace Svae.Workbench.Tests.Display;

public class LetteringTests
{
    [Fact]
    public void The_typeface_comes_with_the_library_and_has_the_signs_that_figures_use()
    {
        using SKFont font = Lettering.Font(12);
        Assert.Equal("Workbench Sans", font.Typeface.FamilyName);
        Assert.True(font.ContainsGlyphs("Aa0 ±−²σμ→≤×–λ½…°′%äéβ"));
    }

    [Fact]
    public void The_chart_library_writes_with_it_too() =>
        Assert.Equal("Workbench Sans", ScottPlot.Fonts.GetTypeface(Lettering.Family, bold: false, italic: false).FamilyName);
}
