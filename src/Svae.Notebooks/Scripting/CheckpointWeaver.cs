using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Svae.Notebooks.Scripting;

/// <summary>
/// Puts a <see cref="Checkpoint"/> at the beginning of every loop's body, lambda and method, and before each of the statements that the
/// cell comes by once, so that a cell can be stopped on whatever threads it runs (the workers of a <c>Parallel.For</c> cannot be stopped
/// from outside), and one that is left to itself ends with the statement it is in. Lines keep their numbers.
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
        var woven = new StringBuilder();
        int done = 0;
        foreach (var (at, text, replaced) in insertions)
        {
            woven.Append(code, done, at - done).Append(text);
            done = at + replaced;
        }
        return woven.Append(code, done, code.Length - done).ToString();
    }

    private static IEnumerable<Insertion> Insertions(SyntaxNode node, Lazy<SemanticModel> model) =>
        IsComeByOnce(node) ? [new(node.SpanStart, Call), .. InConstruct(node, model)] : InConstruct(node, model);

    private static IEnumerable<Insertion> InConstruct(SyntaxNode node, Lazy<SemanticModel> model) => node switch
    {
        WhileStatementSyntax loop => InBody(loop.Statement),
        DoStatementSyntax loop => InBody(loop.Statement),
        ForStatementSyntax loop => InBody(loop.Statement),
        CommonForEachStatementSyntax loop => InBody(loop.Statement),
        AnonymousFunctionExpressionSyntax { Block: { } block } => [new(block.OpenBraceToken.Span.End, Call)],
        LambdaExpressionSyntax { ExpressionBody: { } body } lambda => InLambda(lambda, body, model.Value),
        MethodDeclarationSyntax { Body: { } block } => [new(block.OpenBraceToken.Span.End, Call)],
        LocalFunctionStatementSyntax { Body: { } block } => [new(block.OpenBraceToken.Span.End, Call)],
        MethodDeclarationSyntax { ExpressionBody: { } arrow } method => InArrow(method, arrow, method.SemicolonToken, model.Value),
        LocalFunctionStatementSyntax { ExpressionBody: { } arrow } method => InArrow(method, arrow, method.SemicolonToken, model.Value),
        _ => [],
    };

    // A statement of the cell itself, or of a block in it that is neither repeated nor called. What cleans up is left alone.
    private static bool IsComeByOnce(SyntaxNode node) => node switch
    {
        GlobalStatementSyntax or FieldDeclarationSyntax { Parent: CompilationUnitSyntax } => node != ((CompilationUnitSyntax)node.Parent!).Members[0],
        StatementSyntax { Parent: BlockSyntax } and not LocalFunctionStatementSyntax => !node.Ancestors().Any(above => above is AnonymousFunctionExpressionSyntax
            or LocalFunctionStatementSyntax or BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or FinallyClauseSyntax
            or WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax),
        _ => false,
    };

    private static IEnumerable<Insertion> InBody(StatementSyntax body) => body is BlockSyntax block
        ? [new(block.OpenBraceToken.Span.End, Call)]
        : [new(body.SpanStart, "{" + Call), new(body.Span.End, "}")];

    // "x => f(x)" becomes a block. One that is kept as an expression tree, or throws or returns a reference, is left as it is.
    private static IEnumerable<Insertion> InLambda(LambdaExpressionSyntax lambda, ExpressionSyntax body, SemanticModel model)
    {
        if (!CanBeReturned(body) || model.GetSymbolInfo(lambda).Symbol is not IMethodSymbol method
            || !lambda.AncestorsAndSelf().OfType<LambdaExpressionSyntax>().All(one => model.GetTypeInfo(one).ConvertedType is { TypeKind: TypeKind.Delegate })) return [];
        return [new(body.SpanStart, $"{{{Call}{Return(method)}"), new(body.Span.End, ";}")];
    }

    // "int F(int x) => x;" becomes a block.
    private static IEnumerable<Insertion> InArrow(SyntaxNode declaration, ArrowExpressionClauseSyntax arrow, SyntaxToken semicolon, SemanticModel model) =>
        CanBeReturned(arrow.Expression) && model.GetDeclaredSymbol(declaration) is IMethodSymbol method
            ? [new(arrow.ArrowToken.SpanStart, "{" + Call, arrow.ArrowToken.Span.Length), new(arrow.Expression.SpanStart, Return(method)), new(semicolon.Span.End, "}")]
            : [];

    private static bool CanBeReturned(ExpressionSyntax body) => body is not (RefExpressionSyntax or ThrowExpressionSyntax);

    private static string Return(IMethodSymbol method) =>
        method.ReturnsVoid || method.IsAsync && method.ReturnType is INamedTypeSymbol { IsGenericType: false } ? "" : "return ";

    /// <param name="At">Where in the code.</param>
    /// <param name="Text">What is put there.</param>
    /// <param name="Replaced">How many characters of the code it stands for.</param>
    private readonly record struct Insertion(int At, string Text, int Replaced = 0);
}
