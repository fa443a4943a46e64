using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Svae.Notebooks.Execution;

namespace Svae.Notebooks.Sweeps;

/// <summary>Runs a sweep on this computer, each task in a process of its own, some at a time.</summary>
/// <param name="jobs">How many processes at a time.</param>
/// <param name="threads">Threads that each may use.</param>
/// <param name="progress">Hears what happens.</param>
internal sealed class LocalSweep(int jobs, int threads, ISweepProgress progress)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Runs the tasks; those that were not begun when it is stopped stay undone.</summary>
    public async Task RunAsync(SweepPlan plan, IReadOnlyList<int> tasks, CancellationToken cancel)
    {
        var queue = new Queue<int>(tasks);
        var gate = new Lock();
        int? Next()
        {
            lock (gate) return !cancel.IsCancellationRequested && queue.TryDequeue(out int task) ? task : null;
        }

        async Task WorkAsync()
        {
            try
            {
                while (Next() is { } task) await RunOneAsync(plan, task, cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                // Stopped while it waited for a run that another process was about to leave.
            }
        }

        await Task.WhenAll(Enumerable.Range(0, jobs).Select(_ => WorkAsync())).ConfigureAwait(false);
    }

    private async Task RunOneAsync(SweepPlan plan, int task, CancellationToken cancel)
    {
        using (await plan.TakeAsync(task, cancel).ConfigureAwait(false)) SweepRecord.Forget(plan, task);
        progress.Started(task);
        var clock = Stopwatch.StartNew();
        using var process = Start(plan, task);
        string last = "";
        using (var log = new Log(plan.LogOf(task)))
        {
            process.OutputDataReceived += (_, line) => { log.Write(line.Data); Follow(task, line.Data); };
            process.ErrorDataReceived += (_, line) => { log.Write(line.Data); if (line.Data is { Length: > 0 } text) last = text; };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            await WaitAsync(process, cancel).ConfigureAwait(false);
        }
        // A process that could not say how it ended was killed, ran out of memory, or died in native code.
        var record = SweepRecord.Of(plan, task) ?? SweepRecord.Write(plan, task, cancel.IsCancellationRequested ? RunStatus.Cancelled : RunStatus.Failed,
            clock.Elapsed, $"the process ended with code {process.ExitCode}{(last.Length > 0 ? ": " + last : "")} (see {Path.GetRelativePath(plan.Folder, plan.LogOf(task))})", []);
        progress.Ended(task, record);
    }

    // Its end of the pipe closes when this process asks for an end, and also when this process dies.
    private Process Start(SweepPlan plan, int task)
    {
        var command = OwnProgram.Command();
        var start = new ProcessStartInfo(command[0]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in (string[])[.. command.Skip(1), "sweep-task", plan.Folder, task.ToString(CultureInfo.InvariantCulture), "--while-stdin"])
            start.ArgumentList.Add(argument);
        string count = threads.ToString(CultureInfo.InvariantCulture);
        foreach (string variable in (string[])["OMP_NUM_THREADS", "MKL_NUM_THREADS", "DOTNET_PROCESSOR_COUNT"]) start.Environment[variable] = count;
        return Process.Start(start)!;
    }

    private static async Task WaitAsync(Process process, CancellationToken cancel)
    {
        try
        {
            await process.WaitForExitAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.StandardInput.Close();
            using var limit = new CancellationTokenSource(Patience);
            try { await process.WaitForExitAsync(limit.Token).ConfigureAwait(false); }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private void Follow(int task, string? line)
    {
        if (line is null || !line.StartsWith('{')) return;
        try
        {
            var said = JsonNode.Parse(line)!;
            switch ((string?)said["event"])
            {
                case "cell-started": progress.Said(task, $"cell {said["cell"]}: {said["title"]}", null); break;
                case "progress": progress.Said(task, $"{said["stage"]} {said["detail"]}".Trim(), (double?)said["fraction"]); break;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A line that only looks like an event is in the log.
        }
    }

    private sealed class Log : IDisposable
    {
        private readonly Lock gate = new();
        private readonly StreamWriter writer;
        private bool closed;

        public Log(string path)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            writer = new StreamWriter(path) { AutoFlush = true };
        }

        public void Write(string? line)
        {
            lock (gate)
                if (line is not null && !closed) writer.WriteLine(line);
        }

        public void Dispose()
        {
            lock (gate)
            {
                closed = true;
                writer.Dispose();
            }
        }
    }
}
