using Svae.Notebooks.Documents;
using Xunit;

namespace Svae.Notebooks.Tests.Documents;

/// <summary>The notebooks of the series, as they are committed.</summary>
public class CommittedNotebooksTests
{
    // An editor with its side bar open cuts longer lines off.
    private const int LongestLine = 100;

    public static TheoryData<string> Names => [.. Directory.EnumerateFiles(Folder, "*.ipynb").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_line_of_code_is_cut_off_in_an_editor(string name)
    {
        var cells = NotebookDocument.Load(Path.Combine(Folder, name)).Cells;
        var tooLong = cells.Where(cell => cell.IsCode).SelectMany(cell => cell.Source.Split('\n')).Where(line => line.Length > LongestLine);
        Assert.Empty(tooLong);
    }

    private static string Folder => Path.Combine(Repository.Root, "notebooks");
}
