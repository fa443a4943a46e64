using System.Text.RegularExpressions;

namespace Svae.Notebooks.Scripting.Directives;

/// <summary>What an <c>#r</c> line asks for.</summary>
/// <param name="Line">The cell's line, counted from one.</param>
internal abstract partial record Reference(int Line)
{
    private const string Forms = "#r takes a path, #r \"folder/Name.dll\", or a package, #r \"nuget: Name\" or #r \"nuget: Name, 1.2.3\"";

    /// <param name="text">What stands after <c>#r</c>.</param>
    /// <param name="line">The cell's line, counted from one.</param>
    /// <exception cref="DirectiveException">It is neither a path nor a package.</exception>
    public static Reference Parse(string text, int line)
    {
        string inside = Inside(text, Forms, line);
        if (!inside.StartsWith("nuget:", StringComparison.OrdinalIgnoreCase)) return new FileReference(line, inside);
        var package = Package().Match(inside);
        if (!package.Success) throw new DirectiveException($"\"{inside}\" is no package: {Forms}", line);
        return new PackageReference(line, package.Groups["name"].Value, package.Groups["version"] is { Success: true, Value: var version } ? version : null);
    }

    /// <summary>The source of packages that <c>#i "nuget: …"</c> adds: an address, or a folder.</summary>
    /// <exception cref="DirectiveException">It names none.</exception>
    public static string ParseSource(string text, int line)
    {
        const string form = "#i takes a source of packages: #i \"nuget: https://…/index.json\" or #i \"nuget: folder\"";
        string inside = Inside(text, form, line);
        string source = inside.StartsWith("nuget:", StringComparison.OrdinalIgnoreCase) ? inside["nuget:".Length..].Trim() : "";
        if (source.Length == 0) throw new DirectiveException($"\"{inside}\" is no source of packages: {form}", line);
        return source.Contains("://", StringComparison.Ordinal) ? source : Path.GetFullPath(source);
    }

    private static string Inside(string text, string forms, int line)
    {
        text = text.Trim();
        if (text.Length < 3 || text[0] != '"' || text[^1] != '"') throw new DirectiveException($"{text} stands without quotes: {forms}", line);
        return text[1..^1].Trim();
    }

    [GeneratedRegex(@"^nuget:\s*(?<name>[\w.\-]+)\s*(,\s*(?<version>[\w.\-+*\[\](), ]+?)\s*)?$", RegexOptions.IgnoreCase)]
    private static partial Regex Package();
}

/// <summary>An assembly file.</summary>
/// <param name="Line">The cell's line, counted from one.</param>
/// <param name="Path">As written.</param>
internal sealed record FileReference(int Line, string Path) : Reference(Line);

/// <summary>A NuGet package.</summary>
/// <param name="Line">The cell's line, counted from one.</param>
/// <param name="Name">The package's id.</param>
/// <param name="Version">A version or a range as NuGet writes it; null: the newest.</param>
internal sealed record PackageReference(int Line, string Name, string? Version) : Reference(Line);
