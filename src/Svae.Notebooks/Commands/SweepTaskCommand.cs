using System.CommandLine;
using System.Globalization;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Sweeps;
using Svae.Workbench;

namespace Svae.Notebooks.Commands;

/// <summary><c>svae sweep-task</c>: one run of a sweep, as <c>svae sweep</c> and SLURM call it.</summary>
internal static class SweepTaskCommand
{
    public static Command Create(TextWriter terminal)
    {
        var folder = new Argument<string>("folder") { Description = "The sweep's folder." };
        var task = new Argument<int>("task") { Description = "Number of the run, from 0." };
        var whileInput = new Option<bool>("--while-stdin") { Description = "Stop when the standard input ends." };
        var command = new Command("sweep-task", "One run of a sweep.") { folder, task, whileInput };
        command.Hidden = true;
        command.SetAction(parsed => SweepCommand.GuardedAsync(terminal, () => RunAsync(terminal, parsed.GetValue(folder)!, parsed.GetValue(task), parsed.GetValue(whileInput))));
        return command;
    }

    private static async Task<int> RunAsync(TextWriter terminal, string folder, int task, bool whileInput)
    {
        var plan = SweepPlan.Load(folder);
        if (task < 0 || task >= plan.Tasks.Count)
            throw new UserInputException(string.Create(CultureInfo.InvariantCulture, $"task {task}: the sweep in {folder} has tasks 0 to {plan.Tasks.Count - 1}"));
        using var stop = new StopSignal(_ => { });
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        if (whileInput) WatchInput(ended);
        // Nobody is there to answer a cell that asks.
        Console.SetIn(TextReader.Null);
        try
        {
            var record = await SweepTask.RunAsync(plan, task, new JsonLog(terminal), ended.Token).ConfigureAwait(false);
            return record.Succeeded() ? 0 : (int)Enum.Parse<RunStatus>(record.Status, ignoreCase: true);
        }
        catch (OperationCanceledException)
        {
            return (int)RunStatus.Cancelled; // before its turn came
        }
    }

    private static void WatchInput(CancellationTokenSource ended) => new Thread(() =>
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0) { }
        try { ended.Cancel(); }
        catch (ObjectDisposedException) { }
    }) { IsBackground = true, Name = "end of input" }.Start();
}
