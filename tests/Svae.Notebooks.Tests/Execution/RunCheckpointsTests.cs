using Svae.Notebooks.Execution;
using Xunit;

namespace Svae.Notebooks.Tests.Execution;

public sealed class RunCheckpointsTests : IDisposable
{
    private const string Parameters = "parameters:int Epochs = 4;\nint Seed = 0;";

    // Two phases of counting, each of which goes on from its file; what a trainer keeps in it is tested beside the trainer.
    private const string Training = """
        int steps = 0;
        double sum = Seed;
        foreach (string name in new[] { "one", "two" })
        {
            var kept = Notebook.Checkpoint("phase");
            Directory.CreateDirectory(Path.GetDirectoryName(kept.Path)!);
            int step = 0;
            if (File.Exists(kept.Path) && File.ReadAllText(kept.Path).Split(' ') is var read)
                if (read.Length == 2) (step, sum) = (int.Parse(read[0]), double.Parse(read[1]));
                else kept.Refused("the file is damaged");
            for (; step < 6 * Epochs; step++, steps++)
            {
                if (Notebook.Cancellation.IsCancellationRequested) File.WriteAllText(kept.Path, $"{step} {sum:r}");
                Notebook.Cancellation.ThrowIfCancellationRequested();
                sum = 1.1 * sum + step;
                Thread.Sleep(50);
                Notebook.Progress.Report(new WorkProgress(name, 0));
            }
            File.WriteAllText(kept.Path, $"{step} {sum:r}");
        }
        """;
    private const string Score = "Notebook.Ledger.Record(\"sum\", sum); Notebook.Summarize(\"steps\", $\"{steps}\");";
    private readonly Workspace work = new();

    public void Dispose() => work.Dispose();

    private string Folder => Path.Combine(work.Output, ".n-checkpoints");

    [Fact]
    public async Task A_stopped_run_goes_on_where_it_stopped_and_ends_as_one_that_was_not_stopped()
    {
        using var other = new Workspace();
        var whole = await RunAsync(other.RunAsync);
        var stopped = await StoppedAsync(after: 35);
        Assert.Equal((RunStatus.Cancelled, true), (stopped.Status, stopped.Continues));
        Assert.Equal(2, Directory.GetFiles(Folder).Length);
        // A cell behind the training may change.
        var resumed = await RunAsync(work.RunAsync, behind: " // better");
        Assert.Equal((RunStatus.Succeeded, false), (resumed.Status, resumed.Continues));
        Assert.Contains("note goes on from the checkpoints of the run that did not end", work.Seen.Events);
        Assert.Equal(whole.Scores.Select(score => score.Value), resumed.Scores.Select(score => score.Value));
        Assert.Equal("48", whole.Summary.Single().Value);
        Assert.InRange(int.Parse(resumed.Summary.Single().Value, System.Globalization.CultureInfo.InvariantCulture), 1, 14);
        Assert.False(Directory.Exists(Folder));
    }

    [Theory]
    [InlineData("1", "")]
    [InlineData(null, " // other code")]
    public async Task Checkpoints_of_other_code_or_parameters_are_told_and_removed(string? seed, string change)
    {
        await StoppedAsync(after: 35);
        var other = await RunAsync(cells => work.RunAsync(request => request with { Parameters = seed is null ? [] : [("Seed", seed)] }, default, [cells[0], cells[1] + change, .. cells[2..]]));
        Assert.Equal((RunStatus.Succeeded, "48"), (other.Status, other.Summary.Single().Value));
        Assert.Single(work.Seen.Events, line => line == "note the checkpoints of a stopped run are of other code or parameters: removed, training starts anew");
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_told_and_its_training_starts_anew()
    {
        await StoppedAsync(after: 35);
        foreach (string file in Directory.GetFiles(Folder)) File.WriteAllText(file, "half");
        var outcome = await RunAsync(work.RunAsync);
        Assert.Equal((RunStatus.Succeeded, "48"), (outcome.Status, outcome.Summary.Single().Value));
        Assert.Equal(2, work.Seen.Events.Count(line => line.EndsWith("; training starts anew", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_run_that_fails_before_any_training_leaves_nothing()
    {
        var outcome = await work.RunAsync("throw new Exception();");
        Assert.False(outcome.Continues);
        Assert.False(Directory.Exists(Folder));
    }

    private static Task<RunOutcome> RunAsync(Func<string[], Task<RunOutcome>> run, string behind = "") => run(
        [Parameters, "", Training, Score + behind]);

    // Stopped within its second phase.
    private async Task<RunOutcome> StoppedAsync(int after)
    {
        using var stop = new CancellationTokenSource();
        work.Seen.Stepped = () => { if (work.Seen.Events.Count(line => line is "one 0" or "two 0") >= after) stop.Cancel(); };
        var outcome = await RunAsync(cells => work.RunAsync(request => request, stop.Token, cells));
        work.Seen.Stepped = () => { };
        return outcome;
    }
}
