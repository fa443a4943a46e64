using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Svae.Notebooks.Scripting;

/// <summary>
/// Puts a <see cref="Checkpoint"/> at the beginning of every loop's body and every lambda, so that a cell can be stopped on whatever
/// threads it runs (the workers of a <c>Parallel.For</c> cannot be stopped from outside). Lines keep their numbers.
/// </summary>
internal static class CheckpointWeaver
{
    private const string Call = "global::Svae.Notebooks.Scripting.Checkpoint.Pass();";

    /// <summary>The cell's code with checkpoints; unchanged when it does not parse.</summary>
    /// <param name="compilation">The cell without them, as the last syntax tree: whether a lambda returns a value depends on what it is given to.</param>
    public static string Weave(Compilation compilation)
    {
        var tree = compilation.SyntaxTrees.Last();
        string code = tree.ToString();
        if (tree.GetDiagnostics().Any(d => d.Severity == DiagnosticSeverity.Error)) return code;
        var model = new Lazy<SemanticModel>(() => compilation.GetSemanticModel(tree));
        // Sorted by place; two insertions at one place keep the order in which the outer construct comes first.
        var insertions = tree.GetRoot().DescendantNodes().SelectMany(node => Insertions(node, model)).OrderBy(insertion => insertion.At).ToArray();
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

    private static IEnumerable<(int At, string Text)> Insertions(SyntaxNode node, Lazy<SemanticModel> model) => node switch
    {
        WhileStatementSyntax loop => InBody(loop.Statement),
        DoStatementSyntax loop => InBody(loop.Statement),
        ForStatementSyntax loop => InBody(loop.Statement),
        CommonForEachStatementSyntax loop => InBody(loop.Statement),
        AnonymousFunctionExpressionSyntax { Block: { } block } => [(block.OpenBraceToken.Span.End, Call)],
        LambdaExpressionSyntax { ExpressionBody: { } body } lambda => InLambda(lambda, body, model.Value),
        _ => [],
    };

    private static IEnumerable<(int At, string Text)> InBody(StatementSyntax body) => body is BlockSyntax block
        ? [(block.OpenBraceToken.Span.End, Call)]
        : [(body.Span.Start, "{" + Call), (body.Span.End, "}")];

    // "x => f(x)" becomes a block. One that is kept as an expression tree, or throws or returns a reference, is left as it is.
    private static IEnumerable<(int At, string Text)> InLambda(LambdaExpressionSyntax lambda, ExpressionSyntax body, SemanticModel model)
    {
        if (body is RefExpressionSyntax or ThrowExpressionSyntax || model.GetSymbolInfo(lambda).Symbol is not IMethodSymbol method
            || model.GetTypeInfo(lambda).ConvertedType is not { TypeKind: TypeKind.Delegate }) return [];
        bool isTask = method.IsAsync && method.ReturnType is INamedTypeSymbol { IsGenericType: false };
        return [(body.Span.Start, $"{{{Call}{(method.ReturnsVoid || isTask ? "" : "return ")}"), (body.Span.End, ";}")];
    }
}
