namespace Svae.Notebooks.Scripting;

/// <summary>The text of every cell that ran, so that an error can quote its line. Cells are named "cell 3".</summary>
internal sealed class CellSources
{
    private readonly Dictionary<string, string[]> lines = [];

    public static string Name(int number) => $"cell {number}";

    public void Add(string cellName, string code) => lines[cellName] = code.Split('\n');

    public bool Contains(string cellName) => lines.ContainsKey(cellName);

    /// <summary>A line, counted from one; null when there is none.</summary>
    public string? Line(string cellName, int number) =>
        lines.TryGetValue(cellName, out var text) && number >= 1 && number <= text.Length ? text[number - 1] : null;
}
