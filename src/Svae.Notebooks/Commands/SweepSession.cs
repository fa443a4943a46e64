using Svae.Notebooks.Execution;
using Svae.Notebooks.Sweeps;
using Svae.Notebooks.Terminal;
using Svae.Workbench;

namespace Svae.Notebooks.Commands;

/// <summary>One call of <c>svae sweep</c>: what is not done yet is run or submitted, and the table is made.</summary>
internal sealed class SweepSession(TextWriter terminal, string folder, bool plain, string? sortBy)
{
    private SweepReporter? reporter;

    /// <summary>A line of the program's own among what is shown.</summary>
    public void Say(string line)
    {
        if (reporter is null) terminal.WriteLine(line);
        else reporter.Say(line);
    }

    /// <summary>Runs what is not done on this computer.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(SweepPlan plan, int? jobs, CancellationToken cancel)
    {
        using var mine = Take();
        var left = Open(plan);
        int atOnce = Math.Clamp(jobs ?? Environment.ProcessorCount, 1, Math.Max(1, left.Count)), threads = Math.Max(1, Environment.ProcessorCount / atOnce);
        if (left.Count > 0)
        {
            terminal.WriteLine($"{left.Count} runs, {atOnce} at a time with {(threads == 1 ? "one thread" : $"{threads} threads")} each");
            reporter = new SweepReporter(terminal, plan, left.Count);
            await reporter.WatchAsync(plain, () => new LocalSweep(atOnce, threads, reporter).RunAsync(plan, left, cancel)).ConfigureAwait(false);
        }
        int code = Collect(plan);
        if (!cancel.IsCancellationRequested) return code;
        terminal.WriteLine("stopped; the same command goes on from here");
        return (int)RunStatus.Cancelled;
    }

    /// <summary>Submits what is not done as a job array, or only shows how.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> SubmitAsync(SweepPlan plan, SlurmOptions options, bool dryRun, CancellationToken cancel)
    {
        using var mine = Take();
        // The plan is renewed only when no task of the old one is waiting for its turn.
        if (!dryRun && File.Exists(Path.Combine(folder, SweepPlan.FileName))
            && await new SlurmArray(SweepPlan.Load(folder), options).QueuedAsync(cancel).ConfigureAwait(false) is { } queued)
            throw new UserInputException($"job {queued} of this sweep is still in the queue; wait for it (squeue -j {queued}) or end it (scancel {queued})");
        var left = Open(plan);
        if (left.Count == 0) return Collect(plan);
        var array = new SlurmArray(plan, options);
        string script = array.WriteScript(left);
        if (dryRun)
        {
            terminal.Write(script);
            terminal.WriteLine($"# written to {ResultsFolder.Shown(array.ScriptPath)}; nothing was submitted");
            return 0;
        }
        string job = await array.SubmitAsync(cancel).ConfigureAwait(false);
        terminal.WriteLine($"submitted {left.Count} runs as job {job} (squeue -j {job}); when they have ended, {ResultsFolder.Shown(Path.Combine(plan.Folder, "index.html"))} has the table");
        terminal.WriteLine($"the table so far: svae sweep collect {ResultsFolder.Shown(plan.Folder)}");
        return 0;
    }

    /// <summary>Makes the table of what is done.</summary>
    /// <returns>The exit code: one when a run failed.</returns>
    public int Collect(SweepPlan plan)
    {
        var table = SweepTable.Of(plan, sortBy);
        var files = table.Save();
        int done = table.Records.Count(record => record?.Succeeded() == true), failed = table.Records.Count(record => record?.Failed() == true);
        terminal.WriteLine($"{done} of {table.Records.Count} runs done" + (failed > 0 ? $", {failed} failed (run again by the same command)" : ""));
        foreach (string file in files) terminal.WriteLine("  " + ResultsFolder.Shown(file));
        terminal.Flush();
        return failed > 0 ? (int)RunStatus.Failed : 0;
    }

    // Writes the plan; gives the tasks that are not done.
    private IReadOnlyList<int> Open(SweepPlan plan)
    {
        plan.Save();
        int[] left = Enumerable.Range(0, plan.Tasks.Count).Where(task => SweepRecord.Of(plan, task)?.Succeeded() != true).ToArray();
        if (left.Length < plan.Tasks.Count) terminal.WriteLine($"{plan.Tasks.Count - left.Length} of {plan.Tasks.Count} runs are done already");
        return left;
    }

    // Held while this process lives, however it ends.
    private FileStream Take()
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new UserInputException($"{folder}: another sweep is at work in this folder; wait for it, or choose another with --out", e);
        }
    }
}
