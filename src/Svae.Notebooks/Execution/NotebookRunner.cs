using System.Diagnostics;
using System.Globalization;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Export;
using Svae.Notebooks.Ledger;
using Svae.Notebooks.Parameters;
using Svae.Notebooks.Scripting;
using Svae.Workbench;
using Svae.Workbench.Display;

namespace Svae.Notebooks.Execution;

/// <summary>
/// Runs a notebook from its first cell to its last or to the first that fails, and writes what came of it: the executed
/// notebook, its HTML, and on success the files the notebook itself wrote.
/// </summary>
public sealed class NotebookRunner(IRunObserver observer)
{
    /// <summary>Runs one notebook.</summary>
    /// <param name="request">What to run and where to put it.</param>
    /// <param name="cancel">Stops it; the notebook is saved as far as it got.</param>
    /// <exception cref="NotebookFormatException">The notebook cannot be read.</exception>
    /// <exception cref="ParameterException">A parameter does not fit.</exception>
    public async Task<RunOutcome> RunAsync(RunRequest request, CancellationToken cancel = default)
    {
        var notebook = NotebookDocument.Load(request.Notebook);
        ParametersCell.Inject(notebook, request.Parameters, request.Quick);
        notebook.Complete();
        var forecast = RunForecast.Of(notebook, request);
        foreach (var cell in notebook.Cells) cell.ClearResults();

        observer.NotebookStarted(request.Notebook, forecast);
        var clock = Stopwatch.StartNew();
        var results = new ResultsFolder(request.ResultsFolder ?? Path.Combine(request.OutputFolder, request.Name + "-results"), request.OutputFolder, request.Name);
        var parameters = ParametersCell.InForce(notebook);
        var checkpoints = new RunCheckpoints(request.CheckpointFolder, notebook.Cells.Where(cell => cell.IsCode).Select(cell => cell.Source), observer.Noted);
        var session = new NotebookSession(results.Working, new Forward(observer), checkpoints.For);
        session.Ledger.Seed = long.TryParse(parameters.GetValueOrDefault("Seed"), CultureInfo.InvariantCulture, out long seed) ? seed : null;
        try
        {
            var (status, failed, error) = await RunCellsAsync(notebook, session, checkpoints, request.Timeout, cancel).ConfigureAwait(false);
            var scores = session.Ledger.Scores;
            new RunMark(status, clock.Elapsed.TotalSeconds, request.Quick, request.Parameters).With(scores).PutOn(notebook);
            if (scores.Count > 0)
                session.Save(NotebookLedger.FileName, new NotebookLedger(request.Name, parameters, Math.Round(clock.Elapsed.TotalSeconds, 1), scores).ToJson());
            var files = Write(notebook, request, status, results);
            if (status == RunStatus.Succeeded) checkpoints.Discard();
            var summary = session.Summary.Select(line => (line.Name, results.Translate(line.Value))).ToArray();
            return new RunOutcome(request.Notebook, status, clock.Elapsed, failed, error, summary, scores, files) { Continues = checkpoints.Any() };
        }
        finally
        {
            results.Discard();
        }
    }

    private async Task<(RunStatus, CellPosition?, CellError?)> RunCellsAsync(
        NotebookDocument notebook, NotebookSession session, RunCheckpoints checkpoints, TimeSpan? timeout, CancellationToken cancel)
    {
        BackgroundErrors.SurviveThoseOfCells();
        using var script = new ScriptSession(session);
        using var limit = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        var outputs = new OutputCollector();
        var shown = new List<(NotebookCell Cell, CellPosition Position, OutputCollector.CellOutputs Output)>();
        try
        {
            foreach (var (cell, position) in CellPosition.Of(notebook))
            {
                var output = outputs.ForCell(position.Number);
                shown.Add((cell, position, output));
                checkpoints.Enter(position.Number);
                var result = await RunCellAsync(script, cell, position, output, stop.Token).ConfigureAwait(false);
                // A cell may also end in good order because it was asked to stop: what it has is not the whole.
                if (result.Status != CellStatus.Completed || stop.IsCancellationRequested)
                    return (StatusOf(result, cancel, limit.Token), position, result.Error);
                if (Escaped(script, shown) is var (at, error)) return (RunStatus.Failed, at, error);
            }
            outputs.Close();
            return Escaped(script, shown) is var (place, fault) ? (RunStatus.Failed, place, fault) : (RunStatus.Succeeded, null, null);
        }
        finally
        {
            outputs.Close();
            // At the end, not after each cell: a later cell may update what an earlier one shows.
            foreach (var (cell, _, output) in shown) cell.SetOutputs(output.ToJson());
        }
    }

    // A thread may outlive the cell that started it.
    private static (CellPosition At, CellError Error)? Escaped(ScriptSession script, List<(NotebookCell Cell, CellPosition Position, OutputCollector.CellOutputs Output)> shown)
    {
        foreach (var (_, position, output) in shown)
        {
            if (output.Fault is not { } fault) continue;
            var error = script.Failed(fault).Error!;
            output.Error(error);
            return (position, error);
        }
        return null;
    }

    private async Task<CellResult> RunCellAsync(
        ScriptSession script, NotebookCell cell, CellPosition position, OutputCollector.CellOutputs output, CancellationToken stop)
    {
        using var interrupt = new CellInterrupt();
        using var link = stop.UnsafeRegister(_ => interrupt.Request(), null);
        observer.CellStarted(position);
        var started = DateTimeOffset.UtcNow;
        var clock = Stopwatch.StartNew();
        cell.ExecutionCount = position.Number;
        var result = stop.IsCancellationRequested
            ? new CellResult(CellStatus.Interrupted, CellErrors.Interrupted(CellSources.Name(position.Number)))
            : await script.RunAsync(cell.Source, position.Number, output, interrupt).ConfigureAwait(false);
        if (result.Status == CellStatus.Completed && output.Fault is { } fault) result = script.Failed(fault);
        CellTimes.Record(cell, started, started + clock.Elapsed);
        if (result.Error is { } error) output.Error(error);
        observer.CellEnded(position, result, clock.Elapsed);
        return result;
    }

    private static RunStatus StatusOf(CellResult result, CancellationToken cancel, CancellationToken limit) => result switch
    {
        { Error.UserInput: not null } => RunStatus.UserError,
        _ when cancel.IsCancellationRequested => RunStatus.Cancelled,
        _ when limit.IsCancellationRequested => RunStatus.TimedOut,
        _ => RunStatus.Failed,
    };

    // Wrong input leaves nothing behind; any other end leaves the notebook with what happened in it.
    private static IReadOnlyList<string> Write(NotebookDocument notebook, RunRequest request, RunStatus status, ResultsFolder results)
    {
        if (status == RunStatus.UserError) return [];
        foreach (var cell in notebook.Cells.Where(cell => cell.IsCode)) OutputPaths.Translate(cell, results);
        var files = new List<string>();
        notebook.Save(request.ExecutedNotebook);
        files.Add(request.ExecutedNotebook);
        if (request.Html)
        {
            HtmlExporter.Save(notebook, request.Name, request.Page, request.PicturesFolder ?? Path.GetDirectoryName(Path.GetFullPath(request.Notebook))!);
            files.Add(request.Page);
        }
        if (status == RunStatus.Succeeded) files.AddRange(results.Keep());
        return files.Select(ResultsFolder.Shown).ToArray();
    }

    private sealed class Forward(IRunObserver observer) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => observer.Progressed(value);
    }
}
