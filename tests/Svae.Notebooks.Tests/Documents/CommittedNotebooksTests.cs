using Svae.Notebooks.Documents;
using Xunit;

namespace Svae.Notebooks.Tests.Documents;

/// <summary>The notebooks of the series, as they are committed.</summary>
public class CommittedNotebooksTests
{
    // An editor with its side bar open cuts longer lines off.
    private const int LongestLine = 100;

    [Theory]
    [InlineData("04-warped-clusters")]
    [InlineData("12-mouse-syllables")]
    public void No_line_of_code_is_cut_off_in_an_editor(string name)
    {
        var cells = NotebookDocument.Load(Path.Combine(Repository(), "notebooks", name + ".ipynb")).Cells;
        var tooLong = cells.Where(cell => cell.IsCode).SelectMany(cell => cell.Source.Split('\n')).Where(line => line.Length > LongestLine);
        Assert.Empty(tooLong);
    }

    private static string Repository()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Svae.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
