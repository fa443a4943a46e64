using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Svae.Notebooks.Parameters;

/// <summary>Reads the text given for a parameter by the parameter's declared type and writes it as a C# literal.</summary>
internal static class ParameterValue
{
    /// <exception cref="ParameterException">The text is no value of the type; the message names the type.</exception>
    public static string Literal(NotebookParameter parameter, string text) =>
        Literal(parameter.Type, text, problem => new ParameterException($"parameter {parameter.Name}: {problem}"));

    /// <summary>Do two texts say the same value? Numbers do however they are written: "1e-3", "0.001" and "0.001d".</summary>
    public static bool Same(string one, string other) => one == other || (Number(one) is { } number && number == Number(other));

    private static double? Number(string text) =>
        double.TryParse(text.TrimEnd('d', 'f', 'm', 'L', 'u', 'l'), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;

    private static string Literal(ITypeSymbol type, string text, Func<string, Exception> fail)
    {
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
            return text == "null" ? "null" : Literal(nullable.TypeArguments[0], text, fail);
        if (type is IArrayTypeSymbol { Rank: 1 } array) return Array(array, text, fail);
        if (type.TypeKind == TypeKind.Enum) return EnumMember(type, text, fail);
        return type.SpecialType switch
        {
            SpecialType.System_String when text == "null" && type.NullableAnnotation == NullableAnnotation.Annotated => "null",
            SpecialType.System_String => SymbolDisplay.FormatLiteral(text, quote: true),
            SpecialType.System_Boolean => Boolean(text, fail),
            SpecialType.System_Int32 => Number<int>(text, NumberStyles.AllowLeadingSign, "int", "", fail),
            SpecialType.System_Int64 => Number<long>(text, NumberStyles.AllowLeadingSign, "long", "L", fail),
            SpecialType.System_UInt32 => Number<uint>(text, NumberStyles.None, "uint", "u", fail),
            SpecialType.System_UInt64 => Number<ulong>(text, NumberStyles.None, "ulong", "ul", fail),
            SpecialType.System_Single => Real<float>(text, "float", "f", fail),
            SpecialType.System_Double => Real<double>(text, "double", "d", fail),
            SpecialType.System_Decimal => Number<decimal>(text, NumberStyles.Float, "decimal", "m", fail),
            _ => throw fail($"type {type.ToDisplayString()} cannot be given on the command line; edit the notebook instead"),
        };
    }

    private static string Array(IArrayTypeSymbol array, string text, Func<string, Exception> fail)
    {
        string inside = text.Trim() is ['[', .. var middle, ']'] ? middle : text;
        string[] items = inside.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return $"[{string.Join(", ", items.Select(item => Literal(array.ElementType, Unquoted(item), fail)))}]";
    }

    private static string Unquoted(string item) => item is ['"', .. var inside, '"'] ? inside : item;

    private static string EnumMember(ITypeSymbol type, string text, Func<string, Exception> fail)
    {
        string[] members = type.GetMembers().OfType<IFieldSymbol>().Where(field => field.HasConstantValue).Select(field => field.Name).ToArray();
        string? member = members.FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        return member is not null ? $"{type.ToDisplayString()}.{member}" : throw fail($"\"{text}\" is no {type.Name}; it is one of {string.Join(", ", members)}");
    }

    private static string Boolean(string text, Func<string, Exception> fail) => text.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" or "1" => "true",
        "false" or "no" or "off" or "0" => "false",
        _ => throw fail($"\"{text}\" is no bool; say true or false"),
    };

    private static string Number<T>(string text, NumberStyles style, string name, string suffix, Func<string, Exception> fail) where T : System.Numerics.INumber<T> =>
        T.TryParse(text, style, CultureInfo.InvariantCulture, out var value)
            ? value.ToString(null, CultureInfo.InvariantCulture) + suffix : throw fail($"\"{text}\" is no {name}");

    private static string Real<T>(string text, string name, string suffix, Func<string, Exception> fail) where T : System.Numerics.IFloatingPoint<T>
    {
        string value = Number<T>(text, NumberStyles.Float, name, "", fail);
        return value switch { "NaN" => $"{name}.NaN", "Infinity" => $"{name}.PositiveInfinity", "-Infinity" => $"{name}.NegativeInfinity", _ => value + suffix };
    }
}
