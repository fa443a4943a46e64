using Svae.Notebooks.Documents;

namespace Svae.Notebooks.Execution;

/// <summary>A code cell as the terminal speaks of it.</summary>
/// <param name="Number">Its number among the code cells, from one: the number in its brackets.</param>
/// <param name="Count">How many code cells there are.</param>
/// <param name="Title">Its first line: a comment as it stands, code after the heading above it.</param>
/// <param name="Source">Its text.</param>
public sealed record CellPosition(int Number, int Count, string Title, string Source)
{
    private const int LongestTitle = 60;

    /// <summary>The code cells of a notebook, empty ones included.</summary>
    internal static IReadOnlyList<(NotebookCell Cell, CellPosition Position)> Of(NotebookDocument notebook)
    {
        int count = notebook.Cells.Count(cell => cell.IsCode), number = 0;
        string heading = "";
        var cells = new List<(NotebookCell, CellPosition)>();
        foreach (var cell in notebook.Cells)
        {
            if (cell.Kind == "markdown") heading = LastHeading(cell.Source) ?? heading;
            if (cell.IsCode) cells.Add((cell, new CellPosition(++number, count, Titled(cell.Source, heading), cell.Source)));
        }
        return cells;
    }

    private static string? LastHeading(string markdown) => markdown.Split('\n')
        .Where(line => line.StartsWith('#')).Select(line => line.TrimStart('#').Trim()).LastOrDefault(line => line.Length > 0);

    private static string Titled(string source, string heading)
    {
        string first = source.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0) ?? "(empty)";
        string title = first.StartsWith("//", StringComparison.Ordinal) ? first.TrimStart('/', ' ') : heading.Length > 0 ? $"{heading}: {first}" : first;
        return title.Length <= LongestTitle ? title : title[..(LongestTitle - 1)] + "…";
    }
}
