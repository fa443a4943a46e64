using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Svae.Notebooks.Scripting;

/// <summary>The documentation that a library's build wrote beside it; read when it is first asked for.</summary>
internal sealed partial class XmlDocumentation(string path) : DocumentationProvider
{
    private readonly Lazy<IReadOnlyDictionary<string, string>> members = new(() => Read(path));

    /// <summary>The provider for an assembly; the empty one where there is no documentation.</summary>
    public static DocumentationProvider For(string assembly)
    {
        string path = Path.ChangeExtension(assembly, ".xml");
        return File.Exists(path) ? new XmlDocumentation(path) : Default;
    }

    /// <summary>The summary of a symbol as plain text; null when it has none.</summary>
    public static string? SummaryOf(ISymbol symbol)
    {
        if (symbol.GetDocumentationCommentXml() is not { Length: > 0 } xml) return null;
        try
        {
            var summary = XElement.Parse(xml, LoadOptions.PreserveWhitespace).Descendants("summary").FirstOrDefault();
            if (summary is null) return null;
            // <see cref="T:System.String"/> and <paramref name="x"/> stand for their names.
            foreach (var reference in summary.Descendants().Where(element => element.IsEmpty).ToArray())
                reference.ReplaceWith((string?)reference.Attribute("name") ?? ((string?)reference.Attribute("cref") ?? (string?)reference.Attribute("langword") ?? "").Split('(')[0].Split('.', ':')[^1]);
            return Spaces().Replace(summary.Value, " ").Trim();
        }
        catch (XmlException)
        {
            return null;
        }
    }

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => path.GetHashCode(StringComparison.Ordinal);

    protected override string? GetDocumentationForSymbol(string documentationMemberID, CultureInfo preferredCulture, CancellationToken cancellationToken = default) =>
        members.Value.GetValueOrDefault(documentationMemberID);

    private static IReadOnlyDictionary<string, string> Read(string path)
    {
        try
        {
            return XDocument.Load(path).Descendants("member").GroupBy(member => (string?)member.Attribute("name") ?? "")
                .ToDictionary(same => same.Key, same => same.First().ToString());
        }
        catch (Exception e) when (e is XmlException or IOException)
        {
            return new Dictionary<string, string>();
        }
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
