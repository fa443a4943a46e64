using Svae.Workbench;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Parameters;
using Svae.Notebooks.Terminal;
using Svae.Workbench.Display;

namespace Svae.Notebooks.Commands;

/// <summary>Runs notebooks one after the other and says how each ended.</summary>
internal sealed class NotebookBatch(TextWriter terminal, bool plain)
{
    /// <returns>The exit code: that of the first notebook which did not succeed.</returns>
    public async Task<int> RunAsync(BatchRequest batch)
    {
        using var stop = new StopSignal(() => terminal.WriteLine("stopping … (again to kill)"));
        var statuses = new List<RunStatus>();
        // Nobody is there to answer a cell that asks.
        Console.SetIn(TextReader.Null);
        try
        {
            foreach (var request in batch.Notebooks())
            {
                if (stop.Token.IsCancellationRequested) break;
                statuses.Add(await RunOneAsync(request, stop.Token).ConfigureAwait(false));
            }
        }
        catch (UserInputException e)
        {
            OutcomeReport.WriteUserError(terminal, e.Message, e.Details);
            return (int)RunStatus.UserError;
        }
        return (int)statuses.FirstOrDefault(status => status != RunStatus.Succeeded);
    }

    private async Task<RunStatus> RunOneAsync(RunRequest request, CancellationToken cancel)
    {
        try
        {
            var outcome = await Reporters.For(terminal, plain)
                .WatchAsync(observer => new NotebookRunner(observer).RunAsync(request, cancel)).ConfigureAwait(false);
            OutcomeReport.Write(terminal, outcome);
            return outcome.Status;
        }
        catch (Exception e) when (e is NotebookFormatException or ParameterException)
        {
            OutcomeReport.WriteUserError(terminal, e.Message, []);
            return RunStatus.UserError;
        }
    }
}
