using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Svae.Notebooks.Scripting;
using Svae.Notebooks.Scripting.Directives;

namespace Svae.Notebooks.Kernel;

/// <summary>What an editor asks about code that is being typed: how could it go on, what is this, is it complete?</summary>
internal sealed class CodeAssistant(ScriptSession session)
{
    private const int MostMatches = 500;
    private static readonly SymbolDisplayFormat Signature = SymbolDisplayFormat.MinimallyQualifiedFormat
        .WithKindOptions(SymbolDisplayKindOptions.IncludeMemberKeyword | SymbolDisplayKindOptions.IncludeTypeKeyword | SymbolDisplayKindOptions.IncludeNamespaceKeyword);
    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    /// <summary>Is the code a whole, or is the user in the middle of a block?</summary>
    public static string Completeness(string code)
    {
        var tree = CSharpSyntaxTree.ParseText(CellText.CodeOf(code), Script);
        if (!SyntaxFactory.IsCompleteSubmission(tree)) return "incomplete";
        return tree.GetDiagnostics().Any(d => d.Severity == DiagnosticSeverity.Error) ? "invalid" : "complete";
    }

    /// <summary>Names that could stand at the cursor, and the stretch they would replace; positions in UTF-16 units.</summary>
    public (IReadOnlyList<string> Matches, int Start, int End) Complete(string code, int cursor) =>
        session.Analyse(code, compilation => Complete(compilation, code, cursor));

    /// <summary>What the name at the cursor stands for; null when nothing does.</summary>
    public string? Inspect(string code, int cursor) => session.Analyse(code, compilation => Inspect(compilation, Math.Min(cursor, code.Length)));

    /// <summary>Jupyter counts characters, .NET UTF-16 units.</summary>
    public static int ToUnits(string code, int characters)
    {
        int at = 0;
        for (int i = 0; i < characters && at < code.Length; i++) at += char.IsSurrogatePair(code, at) ? 2 : 1;
        return at;
    }

    /// <summary>The way back.</summary>
    public static int ToCharacters(string code, int units) => units - code[..units].Count(char.IsLowSurrogate);

    private static (IReadOnlyList<string> Matches, int Start, int End) Complete(Compilation compilation, string code, int cursor)
    {
        int start = cursor;
        while (start > 0 && SyntaxFacts.IsIdentifierPartCharacter(code[start - 1])) start--;
        string prefix = code[start..cursor];
        var tree = compilation.SyntaxTrees.Last();
        var model = compilation.GetSemanticModel(tree);
        var symbols = start > 0 && code[start - 1] == '.' ? Members(tree.GetRoot(), model, start) : model.LookupSymbols(start);
        var matches = symbols.Where(symbol => symbol.CanBeReferencedByName && !symbol.Name.StartsWith('<'))
            .Select(symbol => symbol.Name).Distinct()
            .Where(name => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .OrderBy(name => !name.StartsWith(prefix, StringComparison.Ordinal)).ThenBy(name => name, StringComparer.OrdinalIgnoreCase)
            .Take(MostMatches).ToArray();
        return (matches, start, cursor);
    }

    private static string? Inspect(Compilation compilation, int cursor)
    {
        var tree = compilation.SyntaxTrees.Last();
        var node = tree.GetRoot().FindToken(Math.Max(0, cursor - 1)).Parent;
        if (node is null) return null;
        var model = compilation.GetSemanticModel(tree);
        var found = model.GetSymbolInfo(node);
        var symbols = found.Symbol is { } one ? [one] : found.CandidateSymbols is { Length: > 0 } many ? many.ToArray() : model.GetDeclaredSymbol(node) is { } own ? [own] : [];
        if (symbols.Length == 0) return null;
        string signatures = string.Join('\n', symbols.Select(symbol => symbol.ToDisplayString(Signature)).Distinct());
        return symbols.Select(XmlDocumentation.SummaryOf).FirstOrDefault(summary => summary is not null) is { } words ? $"{signatures}\n\n{words}" : signatures;
    }

    private static IEnumerable<ISymbol> Members(SyntaxNode root, SemanticModel model, int start)
    {
        var left = root.FindToken(start - 1).Parent switch
        {
            MemberAccessExpressionSyntax access => access.Expression,
            QualifiedNameSyntax name => (SyntaxNode)name.Left,
            MemberBindingExpressionSyntax { Parent.Parent: ConditionalAccessExpressionSyntax conditional } => conditional.Expression,
            _ => null,
        };
        if (left is null) return [];
        var symbol = model.GetSymbolInfo(left).Symbol;
        if (symbol is INamespaceOrTypeSymbol container)
            return model.LookupSymbols(start, container).Where(member => symbol is INamespaceSymbol || member.IsStatic || member is INamedTypeSymbol);
        return model.GetTypeInfo(left).Type is { } type
            ? model.LookupSymbols(start, type, includeReducedExtensionMethods: true).Where(member => !member.IsStatic && member is not INamedTypeSymbol) : [];
    }
}
