using System.Diagnostics;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Parameters;

namespace Svae.Notebooks.Sweeps;

/// <summary>One run of a sweep, in this process.</summary>
internal static class SweepTask
{
    /// <summary>Runs it unless it is done, and records how it ended.</summary>
    public static async Task<SweepRecord> RunAsync(SweepPlan plan, int task, JsonLog log, CancellationToken cancel)
    {
        using var mine = await plan.TakeAsync(task, cancel).ConfigureAwait(false);
        if (SweepRecord.Of(plan, task) is { } done && done.Succeeded()) return done;
        var request = Request(plan, task, plan.FolderOf(task));
        Clear(request);
        var clock = Stopwatch.StartNew();
        try
        {
            var outcome = await new NotebookRunner(log).RunAsync(request, cancel).ConfigureAwait(false);
            log.Ended(outcome);
            string? error = outcome.Error is null ? null : outcome.Error.UserInput is { } wrong ? wrong.Message : $"{outcome.Error.Name}: {outcome.Error.Message}" + (outcome.FailedCell is { } cell ? $" (cell {cell.Number})" : "");
            return SweepRecord.Write(plan, task, outcome.Status, outcome.Elapsed, error, outcome.Scores);
        }
        catch (Exception e) when (e is NotebookFormatException or ParameterException)
        {
            log.Refused(plan.Notebook, e.Message);
            return SweepRecord.Write(plan, task, RunStatus.UserError, clock.Elapsed, e.Message, []);
        }
    }

    // Of a former try only the checkpoints stay.
    private static void Clear(RunRequest request)
    {
        if (!Directory.Exists(request.OutputFolder)) return;
        foreach (string file in Directory.EnumerateFiles(request.OutputFolder)) File.Delete(file);
        foreach (string folder in Directory.EnumerateDirectories(request.OutputFolder))
            if (folder != request.CheckpointFolder) Directory.Delete(folder, recursive: true);
    }

    private static RunRequest Request(SweepPlan plan, int task, string folder) => new()
    {
        Notebook = plan.NotebookPath, OutputFolder = folder, ResultsFolder = Path.Combine(folder, "results"), PicturesFolder = plan.Home,
        Parameters = plan[task].Values, Quick = plan.Quick, Html = plan.Html,
        Timeout = plan.Timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
    };
}
