using Svae.Workbench.Diagnostics;

namespace Svae.Notebooks.Ledger;

/// <summary>One score of a notebook with every seed that the notebook ran with.</summary>
/// <param name="Notebook">The notebook's name.</param>
/// <param name="Seeds">The score with each seed, the lowest first.</param>
internal sealed record LedgerRow(string Notebook, IReadOnlyList<ReproductionScore> Seeds)
{
    /// <summary>The score with the lowest seed, which speaks for the row.</summary>
    public ReproductionScore First => Seeds[0];

    /// <summary>Does the claim hold with every seed? Null where none is made.</summary>
    public bool? Holds() => First.Holds() is null ? null : Seeds.All(score => score.Holds() == true);

    /// <summary>The rows of some ledgers, in their order.</summary>
    public static IReadOnlyList<LedgerRow> Of(IReadOnlyList<NotebookLedger> ledgers) =>
    [
        .. ledgers.GroupBy(ledger => ledger.Notebook).SelectMany(seeds =>
            seeds.SelectMany(ledger => ledger.Scores).GroupBy(score => score.Name).Select(scores => new LedgerRow(seeds.Key, [.. scores]))),
    ];
}
