using System.Text.RegularExpressions;
using System.Xml.Linq;
using CsCheck;
using Svae.Notebooks.Export;
using Xunit;

namespace Svae.Notebooks.Tests.Export;

public sealed class LatexToMathMlTests
{
    [Theory]
    [InlineData("x_t", "<msub><mi>x</mi><mrow><mi>t</mi></mrow></msub>")]
    [InlineData("x^2", "<msup><mi>x</mi><mrow><mn>2</mn></mrow></msup>")]
    [InlineData("x_i^{j+1}", "<msubsup><mi>x</mi><mrow><mi>i</mi></mrow><mrow><mrow><mi>j</mi><mo>+</mo><mn>1</mn></mrow></mrow></msubsup>")]
    [InlineData("f'", "<msup><mi>f</mi><mrow><mo>′</mo></mrow></msup>")]
    [InlineData(@"\alpha\Lambda", "<mi>α</mi><mi mathvariant=\"normal\">Λ</mi>")]
    [InlineData(@"\frac12", "<mfrac><mn>12</mn><mrow></mrow></mfrac>")]
    [InlineData(@"\frac{1}{2}", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>")]
    [InlineData(@"\sqrt[3]{x}", "<mroot><mrow><mi>x</mi></mrow><mrow><mn>3</mn></mrow></mroot>")]
    [InlineData(@"\mathbb{E}\mathcal{N}\mathcal{L}", "<mi mathvariant=\"normal\">𝔼</mi><mi mathvariant=\"normal\">𝒩</mi><mi mathvariant=\"normal\">ℒ</mi>")]
    [InlineData(@"\mathrm{tr}A", "<mi mathvariant=\"normal\">tr</mi><mi>A</mi>")]
    [InlineData(@"\text{if } x", "<mtext>if&#160;</mtext><mi>x</mi>")]
    [InlineData(@"\hat\theta", "<mover accent=\"true\"><mi>θ</mi><mo stretchy=\"false\">ˆ</mo></mover>")]
    [InlineData(@"\sum_{t=1}^T", "<munderover><mo movablelimits=\"true\">∑</mo><mrow><mrow><mi>t</mi><mo>=</mo><mn>1</mn></mrow></mrow><mrow><mi>T</mi></mrow></munderover>")]
    [InlineData(@"\log p", "<mo lspace=\"0.167em\" rspace=\"0.167em\">log</mo><mi>p</mi>")]
    [InlineData(@"\left( x \right]", "<mrow><mo stretchy=\"true\" symmetric=\"true\">(</mo><mi>x</mi><mo stretchy=\"true\" symmetric=\"true\">]</mo></mrow>")]
    [InlineData(@"x \sim y \propto z", "<mi>x</mi><mo>∼</mo><mi>y</mi><mo>∝</mo><mi>z</mi>")]
    [InlineData(@"x^\top", "<msup><mi>x</mi><mrow><mi mathvariant=\"normal\">⊤</mi></mrow></msup>")]
    [InlineData("a < b", "<mi>a</mi><mo>&lt;</mo><mi>b</mi>")]
    [InlineData("3.14x", "<mn>3.14</mn><mi>x</mi>")]
    [InlineData(@"\unknown", @"<mtext>\unknown</mtext>")]
    [InlineData(@"\boldsymbol{\mu}", "<mi mathvariant=\"normal\">𝝁</mi>")]
    [InlineData(@"\operatorname{KL}(q\|p)", "<mo lspace=\"0.167em\" rspace=\"0.167em\">KL</mo><mo stretchy=\"false\">(</mo><mi>q</mi><mo stretchy=\"false\">‖</mo><mi>p</mi><mo stretchy=\"false\">)</mo>")]
    public void A_formula_becomes_its_MathML(string latex, string expected) => Assert.Equal(expected, Body(latex));

    [Fact]
    public void A_matrix_has_its_rows_and_cells()
    {
        var table = Parse(@"\begin{bmatrix} a & b \\ c & d \\ \end{bmatrix}").Descendants("mtable").Single();
        Assert.Equal(["a", "b", "c", "d"], table.Descendants("mi").Select(letter => letter.Value));
        Assert.Equal([2, 2], table.Elements("mtr").Where(row => row.HasElements).Select(row => row.Elements("mtd").Count()));
    }

    [Fact]
    public void Aligned_lines_meet_at_the_relation()
    {
        var cells = Parse(@"\begin{aligned} a &= b \\ c &\sim d \end{aligned}").Descendants("mtd").ToArray();
        Assert.Equal(["right", "left", "right", "left"], cells.Select(cell => (string?)cell.Attribute("columnalign")));
    }

    [Theory]
    [InlineData(@"\tilde{\nabla}_{\eta_\theta}\mathcal{L} = \eta_\theta^0 + \sum_{n=1}^N \mathbb{E}_{q(x_n)}\!\left[t_{xy}(x_n, y_n)\right] - \eta_\theta")]
    [InlineData(@"p(\pi) \propto \exp\langle \eta, t(\pi) \rangle, \qquad \log Z(\eta) = \int \exp\{\langle\eta, t(x)\rangle\}\,dx")]
    [InlineData(@"f(x) = \begin{cases} 1 & \text{if } x > 0, \\ 0 & \text{otherwise} \end{cases}")]
    [InlineData(@"\arg\max_{\theta} \prod_i \binom{n}{k} \overline{x} \underbrace{a+b}_{c} \Bigl( \frac{a}{b} \Bigr)")]
    [InlineData(@"x_{t+1} \mid x_t \sim \mathcal{N}(A x_t,\ Q), \; Q \succ 0, \quad |x| \le \lVert y \rVert")]
    public void Formulas_of_the_papers_are_well_formed_and_leave_no_command_behind(string latex)
    {
        var math = Parse(latex);
        math.Descendants("annotation").Remove();
        Assert.DoesNotContain('\\', math.Value);
    }

    [Fact]
    public void Any_text_at_all_gives_well_formed_MathML()
    {
        string[] pieces = ["{", "}", "^", "_", "\\", "\\\\", "&", "'", "\\frac", "\\left", "\\right", "\\begin{matrix}", "\\end{matrix}", "\\begin{", "\\sqrt[", "]", "x", "12", "<", "\"", " ", "\\hat", "\\mathbb", "\\text{", "$", "%", "\n", "\\not", "\\substack", "|", "𝒩", "~", "\\operatorname*"];
        Gen.Int[0, pieces.Length - 1].Array[0, 25].Sample(choice => { Parse(string.Concat(choice.Select(i => pieces[i]))); }, iter: 5_000, threads: 1);
        Parse(new string('{', 20_000));
        Parse(string.Concat(Enumerable.Repeat(@"\frac{", 3_000)));
        Parse(string.Concat(Enumerable.Repeat(@"\left(", 3_000)));
        Parse(string.Concat(Enumerable.Repeat("x^", 3_000)));
    }

    private static XElement Parse(string latex) => XElement.Parse(LatexToMathMl.Convert(latex, display: true));

    private static string Body(string latex) =>
        Regex.Match(LatexToMathMl.Convert(latex, display: false), "^<math><semantics><mrow>(.*)</mrow><annotation", RegexOptions.Singleline).Groups[1].Value;
}
