namespace Svae.Workbench.Display;

/// <summary>
/// Tells any host built on Microsoft.DotNet.Interactive.Formatting how a type is shown. The host knows this attribute by its name and
/// the formatters by the names of their members, so that none of its packages has to match ours.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, AllowMultiple = true)]
internal sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    public Type FormatterSourceType { get; } = formatterSourceType;

    public string[] PreferredMimeTypes { get; init; } = ["text/html", "text/plain"];
}
