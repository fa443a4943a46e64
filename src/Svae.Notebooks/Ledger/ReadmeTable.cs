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
        foreach (var seeds in ledgers.GroupBy(ledger => ledger.Notebook))
            foreach (var scores in seeds.SelectMany(ledger => ledger.Scores).GroupBy(score => score.Name))
                text.Append("| ").AppendJoin(" | ", Cells(seeds.Key, [.. scores]).Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" "))).Append(" |\n");
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

    private static string[] Cells(string notebook, IReadOnlyList<ReproductionScore> seeds)
    {
        var first = seeds[0];
        string others = seeds.Count == 1 ? "" : $" ({string.Join(", ", seeds.Skip(1).Select(score => ReproductionScore.Number(score.Value)))})";
        return
        [
            first.Figure ?? "", $"[{notebook}](notebooks/{notebook}.ipynb)", first.Name, first.Measured() + others, first.Claim(),
            string.Join("; ", new[] { first.ReferenceInWords(), first.Oracle ?? "" }.Where(words => words.Length > 0)),
            first.Holds() is null ? "" : seeds.All(score => score.Holds() == true) ? "✓" : "✗",
        ];
    }
}
