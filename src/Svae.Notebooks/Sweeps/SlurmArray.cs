using System.Diagnostics;
using System.Globalization;
using System.Text;
using Svae.Notebooks.Documents;
using Svae.Workbench;

namespace Svae.Notebooks.Sweeps;

/// <summary>A sweep as a SLURM job array: one task of the array for each run that is not done, and a job after them that makes the table.</summary>
/// <param name="plan">The sweep.</param>
/// <param name="options">What each task needs.</param>
internal sealed class SlurmArray(SweepPlan plan, SlurmOptions options)
{
    private const string JobFile = "slurm-job";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Path of the script.</summary>
    public string ScriptPath => Path.Combine(plan.Folder, "submit.sh");

    /// <summary>Writes the array's script.</summary>
    /// <param name="tasks">The runs that are not done.</param>
    public string WriteScript(IReadOnlyList<int> tasks)
    {
        string script = Script(tasks);
        Directory.CreateDirectory(Path.Combine(plan.Folder, "logs"));
        AtomicFile.Write(ScriptPath, script);
        return script;
    }

    /// <summary>Submits the script, and after it the job that makes the table.</summary>
    /// <returns>The number of the array's job.</returns>
    /// <exception cref="UserInputException">SLURM is not here, or refuses.</exception>
    public async Task<string> SubmitAsync(CancellationToken cancel)
    {
        string job = (await RunAsync("sbatch", ["--parsable", ScriptPath], cancel).ConfigureAwait(false)).Trim().Split(';')[0];
        AtomicFile.Write(Path.Combine(plan.Folder, JobFile), job + "\n");
        List<string> collect = ["--parsable", $"--dependency=afterany:{job}", $"--job-name={JobName}-table", "--time=10", $"--output={Path.Combine(plan.Folder, "logs", "table.log")}"];
        if (options.Partition is { } partition) collect.Add($"--partition={partition}");
        if (options.Account is { } account) collect.Add($"--account={account}");
        await RunAsync("sbatch", [.. collect, $"--wrap={Command("sweep", "collect", plan.Folder)}"], cancel).ConfigureAwait(false);
        return job;
    }

    /// <summary>The number of an earlier array of this sweep that is still waiting or running; null for none.</summary>
    public async Task<string?> QueuedAsync(CancellationToken cancel)
    {
        string path = Path.Combine(plan.Folder, JobFile);
        if (!File.Exists(path)) return null;
        string job = (await File.ReadAllTextAsync(path, cancel).ConfigureAwait(false)).Trim();
        try
        {
            string states = await RunAsync("squeue", ["--noheader", "--format=%T", "--jobs", job], cancel).ConfigureAwait(false);
            return states.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Any(state => state != "COMPLETING") ? job : null;
        }
        catch (UserInputException e) when (e.Message.Contains("Invalid job id", StringComparison.OrdinalIgnoreCase))
        {
            return null; // long gone
        }
    }

    /// <summary>0, 1, 2, 5 as "0-2,5".</summary>
    internal static string Ranges(IReadOnlyList<int> tasks)
    {
        var text = new StringBuilder();
        for (int i = 0, end; i < tasks.Count; i = end + 1)
        {
            for (end = i; end + 1 < tasks.Count && tasks[end + 1] == tasks[end] + 1; end++) { }
            text.Append(i > 0 ? "," : "").Append(tasks[i]);
            if (end > i) text.Append('-').Append(tasks[end]);
        }
        return text.ToString();
    }

    private string JobName => "svae-" + plan.Notebook;

    private string Script(IReadOnlyList<int> tasks)
    {
        var script = new StringBuilder("#!/bin/bash\n");
        void Ask(string what, string? value)
        {
            if (value is not null) script.Append(CultureInfo.InvariantCulture, $"#SBATCH --{what}={value}\n");
        }

        Ask("job-name", JobName);
        Ask("array", Ranges(tasks) + (options.AtOnce is { } most ? $"%{most}" : ""));
        Ask("cpus-per-task", options.Cores.ToString(CultureInfo.InvariantCulture));
        Ask("partition", options.Partition);
        Ask("account", options.Account);
        Ask("time", options.Time);
        Ask("mem", options.Memory);
        Ask("gres", options.Resources);
        Ask("output", Quoted(Path.Combine(plan.Folder, "logs", "slurm-%A_%a.log")));
        // A minute before the time is over the notebook is stopped and saved as far as it got.
        Ask("signal", "B:TERM@60");
        foreach (string variable in (string[])["OMP_NUM_THREADS", "MKL_NUM_THREADS", "DOTNET_PROCESSOR_COUNT"])
            script.Append(CultureInfo.InvariantCulture, $"export {variable}={options.Cores}\n");
        return script.Append(CultureInfo.InvariantCulture, $"exec {Command("sweep-task", plan.Folder)} \"$SLURM_ARRAY_TASK_ID\"\n").ToString();
    }

    private static string Command(params string[] arguments) => string.Join(' ', OwnProgram.Command().Concat(arguments).Select(Quoted));

    private static string Quoted(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || "/._-%=+:,".Contains(c)) ? text : $"'{text.Replace("'", "'\\''")}'";

    private static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new UserInputException($"{program} is not on this computer; run this where SLURM is, or look at the script with --slurm-dry-run", e);
        }
        using (process)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(Patience);
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(limit.Token);
                var errors = process.StandardError.ReadToEndAsync(limit.Token);
                await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
                if (process.ExitCode == 0) return await output.ConfigureAwait(false);
                throw new UserInputException($"{program}: {(await errors.ConfigureAwait(false)).Trim().ReplaceLineEndings("; ")}");
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                process.Kill();
                throw new UserInputException($"{program} does not answer; is the SLURM controller up (sinfo)?");
            }
        }
    }
}
