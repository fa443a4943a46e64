using System.Text.Json;
using Svae.Notebooks.Documents;
using Svae.Workbench;

namespace Svae.Notebooks.Ledger;

/// <summary>The ledgers of all notebooks in one file, which is committed beside them.</summary>
internal static class CommittedLedger
{
    /// <summary>The ledgers in folders of results, by path; of runs in quick mode none, since what they score is not what is claimed.</summary>
    /// <param name="folders">Folders that <c>svae run</c> or <c>svae sweep</c> wrote to.</param>
    /// <param name="quick">Names of the notebooks left out for having run in quick mode.</param>
    /// <exception cref="UserInputException">A folder is not there, or a ledger in it cannot be read.</exception>
    public static IReadOnlyList<NotebookLedger> Gather(IReadOnlyList<string> folders, out IReadOnlyList<string> quick)
    {
        if (folders.FirstOrDefault(folder => !Directory.Exists(folder)) is { } missing)
            throw new UserInputException($"{missing}: no such folder; run the notebooks first (svae run notebooks)");
        var all = folders.SelectMany(folder => Directory.EnumerateFiles(folder, NotebookLedger.FileName, SearchOption.AllDirectories)
            .Where(path => !path.Contains(".unfinished", StringComparison.Ordinal)).Order(StringComparer.Ordinal)).Select(NotebookLedger.Load).ToLookup(IsQuick);
        quick = all[true].Select(ledger => ledger.Notebook).Distinct().Order(StringComparer.Ordinal).ToArray();
        return all[false].ToArray();
    }

    /// <summary>
    /// Known ledgers with newer ones in the places of those of the same notebook and seed, ordered by notebook, then by seed. Runs with other
    /// values of a parameter than the notebook's own are not what the notebook claims, and are left out.
    /// </summary>
    /// <param name="known">Ledgers so far.</param>
    /// <param name="newer">Those that were gathered.</param>
    /// <param name="own">The notebooks' own parameters.</param>
    /// <param name="leftOut">Who was left out and why, one line each.</param>
    public static IReadOnlyList<NotebookLedger> Merge(
        IEnumerable<NotebookLedger> known, IEnumerable<NotebookLedger> newer, OwnParameters own, out IReadOnlyList<string> leftOut)
    {
        var judged = known.Concat(newer).Select(ledger => (Ledger: ledger, Objection: own.Objection(ledger))).ToArray();
        leftOut = [.. judged.Where(one => one.Objection is not null).Select(one => $"{one.Ledger.Notebook}, seed {one.Ledger.Seed}: {one.Objection}")];
        return judged.Where(one => one.Objection is null).Select(one => one.Ledger).GroupBy(ledger => (ledger.Notebook, ledger.Seed)).Select(group => group.Last())
            .OrderBy(ledger => ledger.Notebook, StringComparer.Ordinal).ThenBy(ledger => ledger.Seed).ToArray();
    }

    /// <summary>Reads the file; where there is none, no ledgers.</summary>
    /// <exception cref="UserInputException">It cannot be read.</exception>
    public static IReadOnlyList<NotebookLedger> Load(string path)
    {
        if (!File.Exists(path)) return [];
        try
        {
            return JsonSerializer.Deserialize<NotebookLedger[]>(File.ReadAllText(path), NotebookLedger.Format) ?? [];
        }
        catch (JsonException e)
        {
            throw new UserInputException($"{path}: not a list of ledgers; restore it, or delete it and gather again", e);
        }
    }

    /// <summary>Writes the file.</summary>
    public static void Save(string path, IReadOnlyList<NotebookLedger> ledgers) => AtomicFile.Write(path, JsonSerializer.Serialize(ledgers, NotebookLedger.Format) + "\n");

    private static bool IsQuick(NotebookLedger ledger) => ledger.Parameters.TryGetValue("Quick", out string? value) && value == "true";
}
