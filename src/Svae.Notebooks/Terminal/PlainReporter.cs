using System.Diagnostics;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Scripting;
using Svae.Workbench;

namespace Svae.Notebooks.Terminal;

/// <summary>Progress as lines, for a log: one per cell, and now and then one while a cell takes long.</summary>
internal sealed class PlainReporter(TextWriter writer) : IReporter, IRunObserver
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);
    private readonly Lock gate = new();
    private readonly StageClock stage = new();
    private readonly Stopwatch sinceLine = Stopwatch.StartNew();

    public Task<RunOutcome> WatchAsync(Func<IRunObserver, Task<RunOutcome>> run) => run(this);

    public void Say(string line) => Line(line);

    public void NotebookStarted(string notebook, RunForecast forecast) =>
        Line($"{notebook}: {forecast.Cells} cells" + (forecast.Remaining() is { } time ? $", {Durations.Short(time)} last time" : ""));

    public void CellStarted(CellPosition cell)
    {
        lock (gate) stage.Reset();
        sinceLine.Restart();
    }

    public void Progressed(WorkProgress progress)
    {
        lock (gate)
        {
            stage.Report(progress);
            if (sinceLine.Elapsed >= Quiet) Line($"          {stage.Describe()}");
        }
    }

    public void Noted(string line) => Line("  " + line);

    public void CellEnded(CellPosition cell, CellResult result, TimeSpan elapsed)
    {
        string how = result.Status switch { CellStatus.Failed => "  FAILED", CellStatus.Interrupted => "  stopped", _ => "" };
        Line($"  [{cell.Number,2}/{cell.Count}]  {cell.Title,-60}  {Durations.Short(elapsed)}{how}");
    }

    private void Line(string text)
    {
        lock (gate)
        {
            writer.WriteLine(text);
            writer.Flush();
            sinceLine.Restart();
        }
    }
}
