using Microsoft.CodeAnalysis;

namespace Svae.Notebooks.Parameters;

/// <summary>A variable declared in a notebook's <c>parameters</c> cell.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its declared type, or the type of its initial value where it is declared with <c>var</c>.</param>
/// <param name="IsConstant">Declared <c>const</c>.</param>
/// <param name="Default">The initial value as written, empty when there is none.</param>
internal sealed record NotebookParameter(string Name, ITypeSymbol Type, bool IsConstant, string Default)
{
    /// <summary>The type as C# writes it.</summary>
    public string TypeName => Type.ToMinimalDisplayString();

    /// <summary>A flag?</summary>
    public bool IsBoolean => Type.SpecialType == SpecialType.System_Boolean;

    /// <summary>The statement that gives the variable another value.</summary>
    public string Assignment(string text)
    {
        string literal = ParameterValue.Literal(this, text);
        return IsConstant ? $"const {Type.ToDisplayString()} {Name} = {literal};" : $"{Name} = {literal};";
    }
}

file static class TypeNames
{
    public static string ToMinimalDisplayString(this ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
}
