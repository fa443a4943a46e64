using Svae.Workbench.Baselines;
using Svae.Workbench.Display;

namespace Svae.Benchmarks;

/// <summary>Natural-gradient SVI, VAE and structured VAE on one linear-Gaussian system, over three seeds: the three-column table, measured.</summary>
internal static class InferenceFamiliesBenchmark
{
    public static void Run()
    {
        var seeds = Enumerable.Range(0, 3).Select(seed => InferenceFamilies.Compare(InferenceFamilies.SmallSystem, new InferenceFamiliesSettings(), seed)).ToArray();
        var table = InferenceFamilyTable.Of(seeds);
        MarkdownTable.Print("The three families of inference, mean of 3 seeds", [.. table.Columns.Select(column => column.Name)],
            Enumerable.Range(0, (int)table.Rows.Count).Select(row => (IReadOnlyList<string>)[.. table.Columns.Select(column => $"{column[row]}")]));
    }
}
