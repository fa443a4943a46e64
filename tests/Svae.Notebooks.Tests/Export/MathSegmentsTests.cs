using Svae.Notebooks.Export;
using Xunit;

namespace Svae.Notebooks.Tests.Export;

public sealed class MathSegmentsTests
{
    [Theory]
    [InlineData("a $x_1$ b $y_2$", 2)]
    [InlineData("$$\nx\n$$", 1)]
    [InlineData("$$ x $$ and $$y$$", 2)]
    [InlineData(@"\(x\) and \[y\]", 2)]
    [InlineData("\\begin{align}\na &= b\n\\end{align}", 1)]
    [InlineData("| $a|b$ | $c$ |\n|---|---|\n| 1 | $d$ |", 3)]
    [InlineData("costs $5 and $6", 0)]
    [InlineData(@"costs \$5 and $x$", 1)]
    [InlineData("`$x$` and ``$y$ ` $z$``", 0)]
    [InlineData("```\n$x$\n```\n$y$", 1)]
    [InlineData("~~~text\n$x$\n~~~\n", 0)]
    [InlineData("one $ alone", 0)]
    [InlineData("$x\n\ny$", 0)]
    [InlineData("($x$, $y$)-plane: $x$.", 3)]
    public void Formulas_are_found_and_nothing_else(string markdown, int formulas) =>
        Assert.Equal(formulas, new MarkdownPage().ToHtml(markdown, _ => null).Split("<math").Length - 1);

    [Fact]
    public void What_Markdown_would_spoil_reaches_the_formula()
    {
        string html = new MarkdownPage().ToHtml(@"$a_1 * b_2 * c$ and $\{x\}$ and $$\begin{matrix} a \\ b \end{matrix}$$", _ => null);
        Assert.DoesNotContain("<em>", html, StringComparison.Ordinal);
        Assert.Equal(2, html.Split("<mtd").Length - 1);
        Assert.Contains("<mo stretchy=\"false\">{</mo>", html, StringComparison.Ordinal);
    }
}
