using System.Diagnostics;
using Spectre.Console;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Sweeps;
using Svae.Workbench.Diagnostics;

namespace Svae.Notebooks.Terminal;

/// <summary>A sweep in the terminal: a line for each run that has ended; where there is a live terminal, bars for the whole and for what runs.</summary>
/// <param name="terminal">Where the lines go.</param>
/// <param name="plan">The sweep.</param>
/// <param name="tasks">How many runs there are to do.</param>
internal sealed class SweepReporter(TextWriter terminal, SweepPlan plan, int tasks) : ISweepProgress
{
    private readonly Lock gate = new();
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly Dictionary<int, ProgressTask> bars = [];
    private ProgressContext? live;
    private ProgressTask? whole;
    private IAnsiConsole? console;
    private int ended;

    /// <summary>Shows the sweep while it goes on.</summary>
    public async Task WatchAsync(bool plain, Func<Task> sweep)
    {
        if (Reporters.LinesOnly(plain))
        {
            await sweep().ConfigureAwait(false);
            return;
        }
        console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal) });
        await console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 24 }, new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                live = context;
                whole = context.AddTask("[bold]sweep[/]", maxValue: Math.Max(1, tasks));
                await sweep().ConfigureAwait(false);
            }).ConfigureAwait(false);
    }

    /// <summary>A line of the program's own among what is shown.</summary>
    public void Say(string line)
    {
        if (console is not null) console.MarkupLine(Markup.Escape(line));
        else terminal.WriteLine(line);
    }

    public void Started(int task)
    {
        lock (gate)
            if (live is not null) bars[task] = live.AddTask(BarText.Fit(console!, Name(task)), maxValue: 1).IsIndeterminate();
    }

    public void Said(int task, string doing, double? fraction)
    {
        lock (gate)
        {
            if (!bars.TryGetValue(task, out var bar)) return;
            bar.Description = BarText.Fit(console!, $"{Name(task)}  {doing}");
            bar.IsIndeterminate = fraction is null;
            if (fraction is { } part) bar.Value = Math.Clamp(part, 0, 1);
        }
    }

    public void Ended(int task, SweepRecord record)
    {
        lock (gate)
        {
            ended++;
            string scores = string.Join("  ", record.Scores.Take(3).Select(score => $"{score.Name} {score.Measured()}"));
            string line = $"[{ended.ToString().PadLeft(tasks.ToString().Length)}/{tasks}] {(record.Succeeded() ? '✓' : record.Failed() ? '✗' : '■')} {Name(task),-32}  {Durations.Short(TimeSpan.FromSeconds(record.Seconds)),8}  "
                + (record.Succeeded() ? scores : record.Failed() ? record.Error ?? record.Status : "stopped");
            string left = ended < tasks && record.Succeeded() ? $", {Durations.Short(clock.Elapsed * ((double)(tasks - ended) / ended))} left" : "";
            if (live is null)
            {
                terminal.WriteLine(line.TrimEnd() + left);
                terminal.Flush();
                return;
            }
            console!.MarkupLine(Markup.Escape(line.TrimEnd()));
            whole!.Increment(1);
            whole.Description = $"[bold]sweep[/] [grey]{ended} of {tasks}{left}[/]";
            if (bars.Remove(task, out var bar)) live.RemoveTask(bar);
        }
    }

    private string Name(int task) => plan[task].ToString() is { Length: > 0 } name ? name : plan.Notebook;
}
