using CsCheck;
using Svae.Notebooks.Commands;
using Svae.Notebooks.Sweeps;
using Svae.Workbench;
using Xunit;

namespace Svae.Notebooks.Tests.Sweeps;

public sealed class SlurmArrayTests : IDisposable
{
    private readonly Workspace work = new();
    private readonly StringWriter terminal = new() { NewLine = "\n" };

    public void Dispose() => work.Dispose();

    private string Folder => Path.Combine(work.Folder, "a sweep");

    [Fact]
    public void Ranges_name_exactly_the_tasks() =>
        Gen.Int[0, 60].HashSet[1, 30].Sample(set =>
        {
            int[] tasks = set.Order().ToArray();
            var named = SlurmArray.Ranges(tasks).Split(',').Select(part => part.Split('-').Select(int.Parse).ToArray()).SelectMany(ends => Enumerable.Range(ends[0], ends[^1] - ends[0] + 1));
            Assert.Equal(tasks, named);
        });

    [Fact]
    public async Task A_dry_run_shows_the_script_and_submits_nothing()
    {
        string notebook = Notebook();
        var options = new SlurmOptions { Partition = "short", Account = "lab", Time = "1:00:00", Memory = "8G", Resources = "gpu:1", Cores = 4, AtOnce = 2 };
        Assert.Equal(0, await SubmitAsync(notebook, "0..2", options, dryRun: true));
        string script = await File.ReadAllTextAsync(Path.Combine(Folder, "submit.sh"));
        Assert.StartsWith(script, terminal.ToString(), StringComparison.Ordinal);
        foreach (string line in (string[])["#SBATCH --array=0-2%2", "#SBATCH --cpus-per-task=4", "#SBATCH --partition=short", "#SBATCH --account=lab", "#SBATCH --time=1:00:00",
            "#SBATCH --mem=8G", "#SBATCH --gres=gpu:1", "export OMP_NUM_THREADS=4", $"#SBATCH --output='{Folder}/logs/slurm-%A_%a.log'"])
            Assert.Contains("\n" + line + "\n", script, StringComparison.Ordinal);
        Assert.EndsWith($"sweep-task '{Folder}' \"$SLURM_ARRAY_TASK_ID\"\n", script, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Folder, "slurm-job")));
    }

    [Fact]
    public async Task SLURM_runs_the_array_makes_the_table_and_only_what_is_missing_is_submitted_again()
    {
        if (SlurmCluster.Missing() is { } reason) Assert.Skip(reason);
        using var cluster = await SlurmCluster.StartAsync();
        string notebook = Notebook();
        Assert.Equal(0, await SubmitAsync(notebook, "0..2", new SlurmOptions(), dryRun: false));
        var queued = await Assert.ThrowsAsync<UserInputException>(() => SubmitAsync(notebook, "0..2", new SlurmOptions(), dryRun: false));
        Assert.Contains("is still in the queue", queued.Message, StringComparison.Ordinal);
        await FinishAsync();
        Assert.Equal(["Rate,runs,loss,loss sd", "2,3,3,1"], File.ReadLines(Path.Combine(Folder, "table.csv")));

        var plan = SweepPlan.Load(Folder);
        SweepRecord.Forget(plan, 1);
        Assert.Equal(0, await SubmitAsync(notebook, "0..3", new SlurmOptions { Cores = 1, Memory = "500M" }, dryRun: false));
        Assert.Contains("#SBATCH --array=1,3\n", await File.ReadAllTextAsync(Path.Combine(Folder, "submit.sh")), StringComparison.Ordinal);
        await FinishAsync();
        Assert.Equal(4, Enumerable.Range(0, 4).Count(task => SweepRecord.Of(SweepPlan.Load(Folder), task)?.Succeeded() == true));
        Assert.Equal(0, await SubmitAsync(notebook, "0..3", new SlurmOptions(), dryRun: false));
        Assert.Contains("4 of 4 runs are done already", terminal.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<UserInputException>(() => SubmitAsync(notebook, "0..4", new SlurmOptions { Partition = "none" }, dryRun: false));
    }

    private string Notebook() => work.Write("n", "parameters:double Rate = 1;\nint Seed = 0;", "Notebook.Ledger.Record(\"loss\", Rate + Seed);");

    private Task<int> SubmitAsync(string notebook, string seeds, SlurmOptions options, bool dryRun)
    {
        var grid = SweepGrid.Combine([], [SweepGrid.List("Rate=2")], SweepGrid.Seeds(seeds));
        return new SweepSession(terminal, Folder, plain: true, null).SubmitAsync(SweepPlan.Make(notebook, grid, Folder, quick: false, null, html: false), options, dryRun, default);
    }

    private static async Task FinishAsync()
    {
        for (int i = 0; i < 900; i++)
        {
            if ((await SlurmCluster.SayAsync("squeue", "--noheader")).Trim().Length == 0) return;
            await Task.Delay(200);
        }
        Assert.Fail("the jobs are in the queue for three minutes: " + await SlurmCluster.SayAsync("squeue"));
    }
}
