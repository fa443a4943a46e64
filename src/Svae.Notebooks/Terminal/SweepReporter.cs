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
    private readonly int longestName = Enumerable.Range(0, plan.Tasks.Count).Max(task => Name(plan, task).Length);
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
        if (console is not null) console.LineAboveBars(Markup.Escape(line));
        else terminal.WriteLine(line);
    }

    public void Started(int task)
    {
        lock (gate)
            if (live is not null) bars[task] = live.AddTask(BarText.Fit(console!, Name(plan, task)), maxValue: 1).IsIndeterminate();
    }

    public void Said(int task, string doing, double? fraction)
    {
        lock (gate)
        {
            if (!bars.TryGetValue(task, out var bar)) return;
            bar.Description = BarText.Fit(console!, $"{Name(plan, task)}  {doing}");
            bar.IsIndeterminate = fraction is null;
            if (fraction is { } part) bar.Value = Math.Clamp(part, 0, 1);
        }
    }

    public void Ended(int task, SweepRecord record)
    {
        lock (gate)
        {
            ended++;
            string left = ended < tasks && record.Succeeded() ? $", {Durations.Short(clock.Elapsed * ((double)(tasks - ended) / ended))} left" : "";
            if (live is null)
            {
                terminal.WriteLine(Line(task, record, int.MaxValue) + left);
                terminal.Flush();
                return;
            }
            console!.LineAboveBars(Markup.Escape(Line(task, record, console!.Profile.Width)));
            whole!.Increment(1);
            whole.Description = $"[bold]sweep[/] [grey]{ended} of {tasks}{left}[/]";
            if (bars.Remove(task, out var bar)) live.RemoveTask(bar);
        }
    }

    // With as many of the first scores as there is room for; an error is said in full.
    private string Line(int task, SweepRecord record, int columns)
    {
        string sign = record.Succeeded() ? "✓" : record.Failed() ? "✗" : "■";
        string line = $"[{ended.ToString().PadLeft(tasks.ToString().Length)}/{tasks}] {sign} {Name(plan, task).PadRight(Math.Min(longestName, 32))}  {Durations.Short(TimeSpan.FromSeconds(record.Seconds)),8}";
        if (!record.Succeeded()) return $"{line}  {(record.Failed() ? record.Error ?? record.Status : "stopped")}";
        foreach (string score in record.Scores.Take(3).Select(score => $"  {score.Name} {score.Measured()}"))
            if (line.Length + score.Length <= columns) line += score;
            else break;
        return line;
    }

    private static string Name(SweepPlan plan, int task) => plan[task].ToString() is { Length: > 0 } name ? name : plan.Notebook;
}
