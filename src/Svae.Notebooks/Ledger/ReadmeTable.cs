using System.Text;
using Svae.Workbench;
using Svae.Workbench.Diagnostics;

namespace Svae.Notebooks.Ledger;

/// <summary>The README's reproduction table, written between two markers from the committed ledger.</summary>
internal static class ReadmeTable
{
    public const string Begin = "<!-- ledger:begin -->", End = "<!-- ledger:end -->";

    /// <summary>The table: which figure, which notebook, what it scores, what that is held against.</summary>
    public static string Of(IReadOnlyList<NotebookLedger> ledgers)
    {
        var text = new StringBuilder("| of the paper | notebook | score | value | claim | compared with | |\n|---|---|---|---|---|---|---|\n");
        foreach (var ledger in ledgers)
            foreach (var score in ledger.Scores)
                text.Append("| ").AppendJoin(" | ", Cells(ledger, score).Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" "))).Append(" |\n");
        return text.ToString();
    }

    /// <summary>The README with the table between its markers.</summary>
    /// <exception cref="UserInputException">The markers are not there.</exception>
    public static string Put(string readme, string table)
    {
        var (start, end) = Place(readme);
        return $"{readme[..start]}\n{table}{readme[end..]}";
    }

    /// <summary>What stands between the markers.</summary>
    /// <exception cref="UserInputException">The markers are not there.</exception>
    public static string In(string readme)
    {
        var (start, end) = Place(readme);
        return readme[start..end].TrimStart('\n');
    }

    private static (int Start, int End) Place(string readme)
    {
        int begin = readme.IndexOf(Begin, StringComparison.Ordinal), end = readme.IndexOf(End, StringComparison.Ordinal);
        return begin >= 0 && end > begin ? (begin + Begin.Length, end)
            : throw new UserInputException($"the README lacks the lines {Begin} and {End}, between which the table stands; add them");
    }

    private static string[] Cells(NotebookLedger ledger, ReproductionScore score) =>
    [
        score.Figure ?? "", $"[{ledger.Notebook}](notebooks/{ledger.Notebook}.ipynb)", score.Name, score.Measured(), score.Claim(),
        string.Join("; ", new[] { score.ReferenceInWords(), score.Oracle ?? "" }.Where(words => words.Length > 0)),
        score.Holds() switch { true => "✓", false => "✗", null => "" },
    ];
}
