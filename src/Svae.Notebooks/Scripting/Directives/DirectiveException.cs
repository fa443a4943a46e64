namespace Svae.Notebooks.Scripting.Directives;

/// <summary>A line of a cell that speaks to the host (<c>#!time</c>, <c>#r "nuget: …"</c>) cannot be followed.</summary>
/// <param name="message">What is wrong and what to do.</param>
/// <param name="line">The cell's line, counted from one.</param>
/// <param name="details">Further lines, for instance what the package restore said.</param>
internal sealed class DirectiveException(string message, int line, IEnumerable<string>? details = null) : Exception(message)
{
    public int Line { get; } = line;

    public IReadOnlyList<string> Details { get; } = details?.ToArray() ?? [];
}
