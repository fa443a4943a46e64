using System.Globalization;
using System.Text.RegularExpressions;

namespace Svae.Notebooks.Export;

/// <summary>
/// Takes the formulas out of a text cell before Markdown reads it, and puts MathML in their places afterwards, so that
/// <c>_</c>, <c>\\</c> and <c>|</c> inside a formula mean what they mean to LaTeX. Code is left alone.
/// </summary>
internal sealed partial class MathSegments
{
    private const char Open = '\uE000', Close = '\uE001';
    private readonly List<string> formulas = [];

    /// <summary>The text with a mark in each formula's place.</summary>
    public string TakeOut(string markdown)
    {
        string text = markdown.Replace(Open, ' ').Replace(Close, ' ');
        try
        {
            return Pieces().Replace(text, Formula);
        }
        catch (RegexMatchTimeoutException)
        {
            return text; // no text that anyone wrote; its dollars then stand as they are
        }
    }

    /// <summary>The HTML with the formulas in it.</summary>
    public string PutBack(string html) => Marks().Replace(html, mark => formulas[int.Parse(mark.Groups[1].Value, CultureInfo.InvariantCulture)]);

    /// <summary>The text without the marks.</summary>
    public static string Without(string text) => Marks().Replace(text, "");

    private string Formula(Match piece) =>
        piece.Groups["display"] is { Success: true } display ? Mark(display.Value, display: true)
        : piece.Groups["environment"] is { Success: true } environment ? Mark(environment.Value, display: true)
        : piece.Groups["inline"] is { Success: true } inline ? Mark(inline.Value, display: false)
        : piece.Value;

    private string Mark(string latex, bool display)
    {
        formulas.Add(LatexToMathMl.Convert(latex, display));
        return $"{Open}{formulas.Count - 1}{Close}";
    }

    // In order: fenced and inline code and escaped dollars, which stay; $$…$$ and \[…\]; a bare environment; $…$ and \(…\), which hold no
    // blank line. As in VS Code, an inline formula neither begins nor ends with a space, and "$5 and $6" is none.
    [GeneratedRegex("""
        ^(?<fence>`{3,}|~{3,})[^\n]*\n(?:.*?\n)??[ ]{0,3}\k<fence>[`~]*[ \t]*$
        | (?<ticks>`+)(?!`).+?(?<!`)\k<ticks>(?!`)
        | \\\$
        | \$\$(?<display>.+?)\$\$
        | \\\[(?<display>.+?)\\\]
        | (?<environment>\\begin\{(?<name>equation\*?|align\*?|gather\*?|eqnarray\*?|aligned)\}.+?\\end\{\k<name>\})
        | \\\((?<inline>(?:(?!\n\s*\n).)+?)\\\)
        | (?<![\\\w])\$(?!\s)(?<inline>(?:\\.|[^$\\\n]|\n(?!\s*\n))+?)(?<!\s)\$(?!\d)
        """, RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.IgnorePatternWhitespace, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Pieces();

    [GeneratedRegex("\uE000(\\d+)\uE001")]
    private static partial Regex Marks();
}
