using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Svae.Notebooks.Export;

/// <summary>C# with its words marked for colouring: <c>k</c>eyword, <c>s</c>tring, <c>n</c>umber, <c>c</c>omment, <c>t</c>ype, <c>m</c>ethod.</summary>
internal static class CSharpHighlighter
{
    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    private const int DeepestNesting = 300;

    public static string ToHtml(string code)
    {
        // The compiler's parser goes down a level with every bracket and ends the process when the stack does.
        if (Nesting(code) > DeepestNesting) return Markup.Escape(code);
        var html = new StringBuilder();
        foreach (var token in CSharpSyntaxTree.ParseText(code, Script).GetRoot().DescendantTokens())
        {
            foreach (var trivia in token.LeadingTrivia) Append(html, trivia.ToFullString(), Class(trivia));
            Append(html, token.Text, Class(token));
            foreach (var trivia in token.TrailingTrivia) Append(html, trivia.ToFullString(), Class(trivia));
        }
        return html.ToString();
    }

    private static int Nesting(string code)
    {
        int depth = 0, deepest = 0;
        foreach (char c in code)
        {
            if (c is '(' or '[' or '{' or '<') deepest = Math.Max(deepest, ++depth);
            else if (depth > 0 && c is (')' or ']' or '}' or '>')) depth--;
        }
        return deepest;
    }

    private static void Append(StringBuilder html, string text, char? kind)
    {
        if (text.Length == 0) return;
        string encoded = Markup.Escape(text);
        if (kind is { } letter) html.Append("<i class=").Append(letter).Append('>').Append(encoded).Append("</i>");
        else html.Append(encoded);
    }

    private static char? Class(SyntaxTrivia trivia) => trivia.Kind() switch
    {
        SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia or SyntaxKind.SingleLineDocumentationCommentTrivia => 'c',
        _ => trivia.IsDirective ? 'k' : null,
    };

    private static char? Class(SyntaxToken token)
    {
        if (token.IsKeyword() || SyntaxFacts.IsContextualKeyword(token.Kind())) return 'k';
        return token.Kind() switch
        {
            SyntaxKind.NumericLiteralToken => 'n',
            SyntaxKind.StringLiteralToken or SyntaxKind.CharacterLiteralToken or SyntaxKind.InterpolatedStringTextToken
                or SyntaxKind.InterpolatedStringStartToken or SyntaxKind.InterpolatedStringEndToken or SyntaxKind.InterpolatedVerbatimStringStartToken
                or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken or SyntaxKind.Utf8StringLiteralToken
                or SyntaxKind.InterpolatedSingleLineRawStringStartToken or SyntaxKind.InterpolatedMultiLineRawStringStartToken
                or SyntaxKind.InterpolatedRawStringEndToken => 's',
            SyntaxKind.IdentifierToken => Class(token.Text, token.Parent),
            _ => null,
        };
    }

    private static char? Class(string name, SyntaxNode? node) => node switch
    {
        IdentifierNameSyntax when name is "var" or "await" or "nameof" => 'k',
        MethodDeclarationSyntax or LocalFunctionStatementSyntax => 'm',
        BaseTypeDeclarationSyntax or GenericNameSyntax { Parent: not (InvocationExpressionSyntax or MemberAccessExpressionSyntax) } => 't',
        SimpleNameSyntax simple when IsCalled(simple) => 'm',
        SimpleNameSyntax simple when IsType(simple) => 't',
        _ => null,
    };

    private static bool IsCalled(SimpleNameSyntax name) => name.Parent switch
    {
        InvocationExpressionSyntax => true,
        MemberAccessExpressionSyntax access => access.Name == name && access.Parent is InvocationExpressionSyntax call && call.Expression == access,
        _ => false,
    };

    // By position, not by meaning: the highlighter knows no types.
    private static bool IsType(SimpleNameSyntax name) => name.Parent switch
    {
        ObjectCreationExpressionSyntax or TypeArgumentListSyntax or ArrayTypeSyntax or NullableTypeSyntax or BaseTypeSyntax or TypeConstraintSyntax => true,
        VariableDeclarationSyntax variable => variable.Type == name,
        ParameterSyntax parameter => parameter.Type == name,
        MethodDeclarationSyntax method => method.ReturnType == name,
        CastExpressionSyntax cast => cast.Type == name,
        MemberAccessExpressionSyntax access => access.Expression == name && char.IsUpper(name.Identifier.Text[0]),
        _ => false,
    };
}
