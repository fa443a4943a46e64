using System.Text;
using Svae.Workbench;
using Svae.Workbench.Diagnostics;

namespace Svae.Notebooks.Ledger;

/// <summary>The README's reproduction table, written between two markers from the committed ledger.</summary>
internal static class ReadmeTable
{
    public const string Begin = "<!-- ledger:begin -->", End = "<!-- ledger:end -->";

    /// <summary>
    /// The table: which figure, which notebook, what it scores, what that is held against. Of a notebook that ran with several seeds, the
    /// first one's value with the others' in brackets; a claim holds when it does with every seed.
    /// </summary>
    public static string Of(IReadOnlyList<NotebookLedger> ledgers)
    {
        var text = new StringBuilder("| of the paper | notebook | score | value | claim | compared with | |\n|---|---|---|---|---|---|---|\n");
        foreach (var row in LedgerRow.Of(ledgers))
            text.Append("| ").AppendJoin(" | ", Cells(row).Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" "))).Append(" |\n");
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

    private static string[] Cells(LedgerRow row)
    {
        var first = row.First;
        string others = row.Seeds.Count == 1 ? "" : $" ({string.Join(", ", row.Seeds.Skip(1).Select(score => ReproductionScore.Number(score.Value)))})";
        return
        [
            first.Figure ?? "", $"[{row.Notebook}](notebooks/{row.Notebook}.ipynb)", first.Name, first.Measured() + others, first.Claim().Replace(' ', '\u00a0'), // one line, however narrow the page
            string.Join("; ", new[] { first.ReferenceInWords(), first.Oracle ?? "" }.Where(words => words.Length > 0)),
            row.Holds() switch { null => "", true => "✓", false => "✗" },
        ];
    }
}
