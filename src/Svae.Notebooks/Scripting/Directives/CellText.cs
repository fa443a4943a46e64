using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Svae.Notebooks.Scripting.Directives;

/// <summary>
/// A cell's text taken apart: the code for the compiler, and what the lines that begin with <c>#r</c>, <c>#i</c> and <c>#!</c> ask of
/// the host. In the code those lines are blank, so that every line and column keeps its number.
/// </summary>
/// <param name="Code">The C# code.</param>
/// <param name="References">Assemblies and packages, in their order.</param>
/// <param name="Sources">Further sources of packages.</param>
/// <param name="Magics">Magic commands, in their order.</param>
/// <param name="Shown">Set when the cell is no code but a text to be shown, with its MIME type.</param>
internal sealed partial record CellText(
    string Code, IReadOnlyList<Reference> References, IReadOnlyList<string> Sources, IReadOnlyList<Magic> Magics, (string MimeType, string Text)? Shown = null)
{
    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    /// <exception cref="DirectiveException">One of the lines cannot be followed.</exception>
    public static CellText Parse(string source)
    {
        if (TextToShow(source) is { } shown) return new CellText("", [], [], [], shown);
        var (code, directives) = Separate(source);
        var references = new List<Reference>();
        var sources = new List<string>();
        var magics = new List<Magic>();
        foreach (var (line, text) in directives)
        {
            var directive = PackagesAndFiles().Match(text);
            if (!directive.Success) magics.Add(Magic(text, line));
            else if (directive.Groups["kind"].Value == "r") references.Add(Reference.Parse(directive.Groups["rest"].Value, line));
            else sources.Add(Reference.ParseSource(directive.Groups["rest"].Value, line));
        }
        return new CellText(code, references, sources, magics);
    }

    /// <summary>Only the code of a cell, which may be half typed.</summary>
    public static string CodeOf(string source) => Separate(source).Code;

    private static Magic Magic(string text, int line)
    {
        var magic = Directives.Magics.Parse(text, line);
        return magic is not (Directives.Magic.Markdown or Directives.Magic.Html) ? magic
            : throw new DirectiveException($"{text}: a cell is in one language; begin a new cell with this line", line);
    }

    private static (string MimeType, string Text)? TextToShow(string source)
    {
        string[] parts = source.TrimStart().Split('\n', 2);
        string rest = parts.Length > 1 ? parts[1] : "";
        return parts[0].Trim().ToLowerInvariant() switch
        {
            "#!markdown" => ("text/markdown", rest),
            "#!html" => ("text/html", rest),
            _ => null,
        };
    }

    private static (string Code, IReadOnlyList<(int Line, string Text)> Directives) Separate(string source)
    {
        if (!source.Contains('#')) return (source, []);
        var tree = CSharpSyntaxTree.ParseText(source, Script);
        var lines = tree.GetText().Lines;
        char[] code = source.ToCharArray();
        var found = new List<(int, string)>();
        // The compiler's own reader finds them, so that a string or a comment that looks like one is left alone.
        foreach (var trivia in tree.GetRoot().DescendantTrivia())
        {
            if (trivia.GetStructure() is not DirectiveTriviaSyntax { IsActive: true, SpanStart: var start }) continue;
            var line = lines.GetLineFromPosition(start);
            string text = source[start..line.End].Trim();
            if (!text.StartsWith("#!", StringComparison.Ordinal) && !PackagesAndFiles().IsMatch(text)) continue;
            found.Add((line.LineNumber + 1, text));
            Array.Fill(code, ' ', start, line.End - start);
        }
        return (new string(code), found);
    }

    [GeneratedRegex(@"^#\s*(?<kind>[ri])\b\s*(?<rest>.*)$", RegexOptions.Singleline)]
    private static partial Regex PackagesAndFiles();
}
