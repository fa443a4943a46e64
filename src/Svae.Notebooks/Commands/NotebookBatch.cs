using Svae.Notebooks.Documents;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Export;
using Svae.Notebooks.Parameters;
using Svae.Notebooks.Terminal;
using Svae.Workbench;

namespace Svae.Notebooks.Commands;

/// <summary>Runs notebooks one after the other, says how each ended, and keeps a log and an index page of them.</summary>
internal sealed class NotebookBatch(TextWriter terminal, bool plain)
{
    private readonly List<(RunRequest Request, RunStatus Status, TimeSpan Elapsed, string? Refused)> ended = [];
    private IReporter? reporter;
    private bool continues;

    /// <returns>The exit code: that of the first notebook which did not succeed.</returns>
    public async Task<int> RunAsync(BatchRequest batch)
    {
        using var stop = new StopSignal(Say);
        // Nobody is there to answer a cell that asks.
        Console.SetIn(TextReader.Null);
        try
        {
            var requests = batch.Notebooks();
            using var logFile = OpenLog(batch.Log);
            var log = logFile is null ? null : new JsonLog(logFile);
            foreach (var request in requests)
            {
                if (stop.Token.IsCancellationRequested) break;
                if (requests.Count > 1) terminal.WriteLine($"── notebook {ended.Count + 1} of {requests.Count} ──");
                await RunOneAsync(request, batch.Check, log, stop.Token).ConfigureAwait(false);
            }
            int code = stop.Token.IsCancellationRequested ? (int)RunStatus.Cancelled
                : (int)ended.Select(one => one.Status).FirstOrDefault(status => status != RunStatus.Succeeded);
            Close(batch, requests);
            if (stop.Token.IsCancellationRequested)
                terminal.WriteLine($"stopped; the same command starts again from the first cell{(continues ? ", its training from where it stopped" : "")}");
            log?.BatchEnded(ended.Count, code);
            return code;
        }
        catch (UserInputException e)
        {
            OutcomeReport.WriteUserError(terminal, e.Message, e.Details);
            return (int)RunStatus.UserError;
        }
    }

    private void Say(string line)
    {
        if (reporter is { } shown) shown.Say(line);
        else terminal.WriteLine(line);
    }

    private async Task RunOneAsync(RunRequest request, bool check, JsonLog? log, CancellationToken cancel)
    {
        try
        {
            reporter = Reporters.For(terminal, plain);
            var outcome = await reporter
                .WatchAsync(observer => new NotebookRunner(log is null ? observer : new Observers(observer, log)).RunAsync(request, cancel)).ConfigureAwait(false);
            OutcomeReport.Write(terminal, outcome, Reporters.Columns());
            log?.Ended(outcome);
            continues = outcome.Continues;
            bool missed = check && outcome.Status == RunStatus.Succeeded && outcome.Scores.Any(score => score.Holds() == false);
            ended.Add((request, missed ? RunStatus.Failed : outcome.Status, outcome.Elapsed, outcome.Error?.UserInput?.Message));
        }
        catch (Exception e) when (e is NotebookFormatException or ParameterException)
        {
            OutcomeReport.WriteUserError(terminal, e.Message, []);
            log?.Refused(request.Notebook, e.Message);
            ended.Add((request, RunStatus.UserError, TimeSpan.Zero, e.Message));
        }
    }

    // The index tells of every executed notebook in the folder; one alone needs none.
    private void Close(BatchRequest batch, IReadOnlyList<RunRequest> requests)
    {
        if (requests.Count < 2) return;
        terminal.WriteLine();
        foreach (var (request, status, elapsed, _) in ended)
            terminal.WriteLine($"  {(status == RunStatus.Succeeded ? '✓' : '✗')} {request.Name,-40} {status.Words(),-18} {Durations.Short(elapsed),10}");
        foreach (var request in requests.Skip(ended.Count)) terminal.WriteLine($"  · {request.Name,-40} not run");
        var refused = ended.Where(one => one.Status == RunStatus.UserError).Select(one => (one.Request.Name, one.Refused ?? ""));
        string index = RunIndex.Save(batch.OutputFolder, requests.Where(request => request.InPlace).Select(request => request.Notebook), refused);
        terminal.WriteLine("  " + ResultsFolder.Shown(index));
        terminal.Flush();
    }

    private StreamWriter? OpenLog(string? path)
    {
        if (path is null) return null;
        try
        {
            if (path == "-") return new StreamWriter(Console.OpenStandardOutput());
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return new StreamWriter(path, append: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserInputException($"--log {path}: {e.Message}", e);
        }
    }
}
