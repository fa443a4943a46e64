using System.CommandLine;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Ledger;
using Svae.Notebooks.Terminal;
using Svae.Workbench;

namespace Svae.Notebooks.Commands;

/// <summary><c>svae ledger</c>: the numbers that all notebooks claim, in one committed file and in the README.</summary>
internal static class LedgerCommand
{
    private static readonly string[] Examples =
    [
        "# run the notebooks, then renew notebooks/ledger.json and the table in README.md",
        "svae run notebooks",
        "svae ledger",
        "# further seeds of a row: run or sweep them, then gather all in one go; they stand in brackets behind the first seed's value",
        "svae sweep notebooks/04-warped-clusters.ipynb --seeds 1,2",
        "svae ledger artifacts/notebooks artifacts/sweeps/04-warped-clusters",
        "# does the README say what the committed ledger says, and does every claim hold?",
        "svae ledger --check",
    ];

    public static Command Create(TextWriter terminal)
    {
        var results = new Argument<string[]>("results") { Description = "Folders that svae run or svae sweep wrote to.", Arity = ArgumentArity.ZeroOrMore, DefaultValueFactory = _ => [RunCommand.DefaultFolder] };
        var ledger = new Option<string>("--ledger") { Description = "The committed ledger; the notebooks are beside it.", HelpName = "file", DefaultValueFactory = _ => "notebooks/ledger.json" };
        var readme = new Option<string>("--readme") { Description = $"The README, with the markers {ReadmeTable.Begin} and {ReadmeTable.End}.", HelpName = "file", DefaultValueFactory = _ => "README.md" };
        var check = new Option<bool>("--check") { Description = "Change nothing; exit code 1 when the README differs from the committed ledger or a claim in it does not hold with every seed." };
        var command = new DocumentedCommand("ledger",
            "Gather what notebooks recorded with Notebook.Ledger into the committed ledger, and renew the README's table from it. Runs that differ in their seed share a row. Runs in quick mode, or with other values of a parameter than the notebook's own, are left out.", Examples)
        {
            results, ledger, readme, check,
        };
        command.SetAction(parsed => SweepCommand.GuardedAsync(terminal, () => Task.FromResult(parsed.GetValue(check)
            ? Check(terminal, parsed.GetValue(ledger)!, parsed.GetValue(readme)!)
            : Renew(terminal, parsed.GetValue(results)!, parsed.GetValue(ledger)!, parsed.GetValue(readme)!))));
        return command;
    }

    private static int Renew(TextWriter terminal, IReadOnlyList<string> results, string ledgerPath, string readmePath)
    {
        var gathered = CommittedLedger.Gather(results, out var quick);
        if (quick.Count > 0) terminal.WriteLine($"left out, run in quick mode: {string.Join(", ", quick)}");
        if (gathered.Count == 0) throw new UserInputException($"{string.Join(", ", results)}: no notebook recorded anything in a full run; run the notebooks without --quick first");
        var ledgers = Merged(terminal, ledgerPath, gathered);
        string renewed = ReadmeTable.Put(Readme(readmePath), ReadmeTable.Of(ledgers));
        CommittedLedger.Save(ledgerPath, ledgers);
        AtomicFile.Write(readmePath, renewed);
        terminal.WriteLine($"gathered: {string.Join(", ", gathered.Select(one => $"{one.Notebook} (seed {one.Seed})").Distinct())}");
        return Say(terminal, ledgers);
    }

    private static int Check(TextWriter terminal, string ledgerPath, string readmePath)
    {
        var ledgers = Merged(terminal, ledgerPath, []);
        int code = Say(terminal, ledgers);
        if (ReadmeTable.In(Readme(readmePath)) == ReadmeTable.Of(ledgers)) return code;
        terminal.WriteLine($"{readmePath} does not say what {ledgerPath} says; run: svae ledger");
        return (int)RunStatus.Failed;
    }

    private static IReadOnlyList<NotebookLedger> Merged(TextWriter terminal, string ledgerPath, IReadOnlyList<NotebookLedger> gathered)
    {
        var own = new OwnParameters(Path.GetDirectoryName(Path.GetFullPath(ledgerPath))!);
        var ledgers = CommittedLedger.Merge(CommittedLedger.Load(ledgerPath), gathered, own, out var leftOut);
        foreach (string line in leftOut) terminal.WriteLine($"left out: {line}");
        return ledgers;
    }

    private static int Say(TextWriter terminal, IReadOnlyList<NotebookLedger> ledgers)
    {
        var claims = LedgerRow.Of(ledgers).Where(row => row.Holds() is not null).ToArray();
        foreach (var row in claims)
            foreach (var score in row.Seeds.Where(score => score.Holds() != true))
                terminal.WriteLine($"  ✗ {row.Notebook}: {score.Name}: {score.Measured()}, claimed {score.Claim()}{(row.Seeds.Count > 1 ? $" (seed {score.Seed})" : "")}");
        terminal.WriteLine($"{claims.Count(row => row.Holds() == true)} of {claims.Length} claims hold");
        return claims.All(row => row.Holds() == true) ? 0 : (int)RunStatus.Failed;
    }

    private static string Readme(string path) =>
        File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : throw new UserInputException($"{path}: no such file; call this from the repository's folder or name it with --readme");
}
