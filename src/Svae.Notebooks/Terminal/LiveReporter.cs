using System.Diagnostics;
using Spectre.Console;
using Spectre.Console.Rendering;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Scripting;
using Svae.Workbench;

namespace Svae.Notebooks.Terminal;

/// <summary>Progress in a terminal: a line for each finished cell, below them a bar for the notebook and one for what the cell says it is doing.</summary>
internal sealed class LiveReporter(IAnsiConsole console) : IReporter, IRunObserver
{
    private readonly Lock gate = new();
    private readonly StageClock stage = new();
    private ProgressContext? context;
    private readonly Stopwatch inCell = new();
    private ProgressTask? notebookBar, cellBar;
    private string name = "";
    private RunForecast forecast = new([]);
    private TimeSpan doneTime;
    private int done;

    public async Task<RunOutcome> WatchAsync(Func<IRunObserver, Task<RunOutcome>> run) => await console.Progress()
        .AutoClear(true)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 24 }, new PercentageColumn(), new ElapsedTimeColumn(), new SpinnerColumn())
        .StartAsync(async started =>
        {
            context = started;
            return await run(this).ConfigureAwait(false);
        }).ConfigureAwait(false);

    public void Say(string line) => console.LineAboveBars(Markup.Escape(line));

    public void NotebookStarted(string notebook, RunForecast expected)
    {
        lock (gate)
        {
            (name, forecast) = (Path.GetFileName(notebook), expected);
            notebookBar = context!.AddTask(Heading(), maxValue: Math.Max(1, expected.Cells));
        }
    }

    public void CellStarted(CellPosition cell)
    {
        lock (gate)
        {
            stage.Reset();
            inCell.Restart();
            cellBar = context!.AddTask(BarText.Fit(console, cell.Title), maxValue: 1).IsIndeterminate();
        }
    }

    public void Progressed(WorkProgress progress)
    {
        lock (gate)
        {
            stage.Report(progress);
            if (cellBar is null) return;
            if (notebookBar is not null) notebookBar.Description = Heading();
            cellBar.IsIndeterminate = false;
            cellBar.Value = Math.Clamp(progress.Fraction, 0, 1);
            cellBar.Description = BarText.Fit(console, stage.Describe() ?? "");
        }
    }

    public void Noted(string line) => Say(line);

    public void CellEnded(CellPosition cell, CellResult result, TimeSpan elapsed)
    {
        lock (gate)
        {
            string sign = result.Status switch { CellStatus.Completed => "[green]✓[/]", CellStatus.Failed => "[red]✗[/]", _ => "[yellow]■[/]" };
            console.LineAboveBars($"{sign} [grey]{cell.Number,2}/{cell.Count}[/]  {Markup.Escape(cell.Title)}  [grey]{Durations.Short(elapsed)}[/]");
            doneTime += elapsed;
            done++;
            inCell.Reset();
            if (notebookBar is not null) notebookBar.Description = Heading();
            notebookBar?.Increment(1);
            cellBar?.StopTask();
            if (cellBar is not null) context!.RemoveTask(cellBar);
            cellBar = null;
        }
    }

    private string Heading()
    {
        string left = forecast.Remaining(done, doneTime, inCell.Elapsed) is { TotalSeconds: >= 1 } time ? $" [grey]{Durations.Short(time)} left[/]" : "";
        return $"[bold]{Markup.Escape(name)}[/]{left}";
    }
}
