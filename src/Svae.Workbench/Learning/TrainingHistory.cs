using System.Diagnostics;
using Microsoft.Data.Analysis;

namespace Svae.Workbench.Learning;

/// <summary>The history of a training run, phase after phase.</summary>
public sealed class TrainingHistory
{
    private readonly List<TrainingRecord> records = [];
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private double before;

    /// <summary>One record for each step.</summary>
    public IReadOnlyList<TrainingRecord> Records => records;

    /// <summary>How often natural-gradient steps were halved to stay inside the domain.</summary>
    public int Halvings => records.Sum(record => record.Halvings);

    /// <summary>One row a step; terms in nats per frame of the training data, the held-out ELBO empty where it was not evaluated.</summary>
    public DataFrame ToDataFrame() => new(
        new Int32DataFrameColumn("step", records.Select(r => r.Step)),
        new DoubleDataFrameColumn("seconds", records.Select(r => r.Seconds)),
        new StringDataFrameColumn("phase", records.Select(r => r.Phase)),
        new DoubleDataFrameColumn("elbo", records.Select(r => r.Elbo)),
        new DoubleDataFrameColumn("log likelihood", records.Select(r => r.LogLikelihood)),
        new DoubleDataFrameColumn("local KL", records.Select(r => r.LocalKl)),
        new DoubleDataFrameColumn("global KL", records.Select(r => r.GlobalKl)),
        new Int32DataFrameColumn("halvings", records.Select(r => r.Halvings)),
        new DoubleDataFrameColumn("held-out elbo", records.Select(r => r.HeldOutElbo)));

    internal void Add(string phase, StepReport report, double frames) => records.Add(new TrainingRecord(
        records.Count, before + clock.Elapsed.TotalSeconds, phase,
        report.Elbo / frames, report.LogLikelihood / frames, report.LocalKl / frames, report.GlobalKl / frames, report.Halvings));

    /// <summary>Notes the held-out ELBO at the last step.</summary>
    internal void Evaluated(double heldOut) => records[^1] = records[^1] with { HeldOutElbo = heldOut };

    /// <summary>Continues a history that was kept: its records, and its clock where they end.</summary>
    internal void Restore(IEnumerable<TrainingRecord> kept)
    {
        records.Clear();
        records.AddRange(kept);
        before = records.Count > 0 ? records[^1].Seconds : 0;
        clock.Restart();
    }
}
