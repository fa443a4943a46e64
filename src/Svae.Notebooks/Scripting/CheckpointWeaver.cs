using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Svae.Notebooks.Scripting;

/// <summary>
/// Puts a <see cref="Checkpoint"/> at the beginning of every loop's body and every lambda's block, so that a cell can be stopped on
/// whatever threads it runs (the workers of a <c>Parallel.For</c> cannot be stopped from outside). Lines keep their numbers.
/// </summary>
internal static class CheckpointWeaver
{
    private const string Call = "global::Svae.Notebooks.Scripting.Checkpoint.Pass();";
    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    /// <summary>The cell's code with checkpoints; unchanged when it does not parse.</summary>
    public static string Weave(string code)
    {
        var tree = CSharpSyntaxTree.ParseText(code, Script);
        if (tree.GetDiagnostics().Any(d => d.Severity == DiagnosticSeverity.Error)) return code;
        // Sorted by place; two insertions at one place keep the order in which the outer construct comes first.
        var insertions = tree.GetRoot().DescendantNodes().SelectMany(Insertions).OrderBy(insertion => insertion.At).ToArray();
        if (insertions.Length == 0) return code;
        var woven = new StringBuilder();
        int done = 0;
        foreach (var (at, text) in insertions)
        {
            woven.Append(code, done, at - done).Append(text);
            done = at;
        }
        return woven.Append(code, done, code.Length - done).ToString();
    }

    private static IEnumerable<(int At, string Text)> Insertions(SyntaxNode node) => node switch
    {
        WhileStatementSyntax loop => InBody(loop.Statement),
        DoStatementSyntax loop => InBody(loop.Statement),
        ForStatementSyntax loop => InBody(loop.Statement),
        CommonForEachStatementSyntax loop => InBody(loop.Statement),
        AnonymousFunctionExpressionSyntax { Block: { } block } => [(block.OpenBraceToken.Span.End, Call)],
        _ => [],
    };

    private static IEnumerable<(int At, string Text)> InBody(StatementSyntax body) => body is BlockSyntax block
        ? [(block.OpenBraceToken.Span.End, Call)]
        : [(body.Span.Start, "{" + Call), (body.Span.End, "}")];
}
