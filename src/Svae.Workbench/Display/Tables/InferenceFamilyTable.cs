using System.Globalization;
using Microsoft.Data.Analysis;
using Svae.Workbench.Baselines;

namespace Svae.Workbench.Display;

/// <summary>The comparison of inference families as the poster's table: what was measured by row, the families by column.</summary>
public static class InferenceFamilyTable
{
    /// <summary>One row a property, one column a family; each cell is the mean over the seeds.</summary>
    /// <param name="seeds">What <see cref="InferenceFamilies.Compare"/> returned, for each seed.</param>
    /// <exception cref="ArgumentException">There is no seed.</exception>
    public static DataFrame Of(params IReadOnlyList<InferenceFamily>[] seeds)
    {
        if (seeds.Length == 0) throw new ArgumentException("seeds: expected at least one comparison, got none");
        var rows = new (string Name, Func<InferenceFamily, double?> Value, string Format)[]
        {
            ("optimality of the local factor: bound below its optimum, nats/frame", f => f.LocalGap, "0.0000"),
            ("cost: ms a step", f => f.MillisecondsPerStep, "0.0"),
            ("structure exploited: bound below the true evidence, nats/frame", f => f.EvidenceGap, "0.000"),
            ("query, frames ahead: error", f => f.PredictionError, "0.000"),
            ("query, missing span: error", f => f.ImputationError, "0.000"),
            ("natural gradients: steps until the bound settled", f => f.Gradients?.NaturalSteps, "0"),
            ("standard gradients: steps until the same bound", f => f.Gradients is { } g ? g.StandardSteps ?? double.PositiveInfinity : null, "0"),
            ("standard gradients: largest step size that stays in the domain", f => f.Gradients?.StandardRate, "0.#######"),
        };
        var table = new DataFrame(new StringDataFrameColumn("measured", rows.Select(r => r.Name)));
        for (int family = 0; family < seeds[0].Count; family++)
        {
            var column = seeds.Select(seed => seed[family]).ToArray();
            table.Columns.Add(new StringDataFrameColumn(column[0].Name, rows
                .Select(r => column.Average(r.Value) is { } mean ? Cell(mean, r.Format) : "no θ")));
        }
        return table;
    }

    private static string Cell(double mean, string format) => double.IsInfinity(mean) ? "not reached"
        : (Math.Round(mean, 6) + 0.0).ToString(format, CultureInfo.InvariantCulture).Replace('-', '−');
}
