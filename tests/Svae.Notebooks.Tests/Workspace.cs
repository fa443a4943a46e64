using Svae.Notebooks.Documents;
using Svae.Notebooks.Execution;
using Svae.Notebooks.Scripting;
using Svae.Workbench;

namespace Svae.Notebooks.Tests;

/// <summary>A temporary folder with small notebooks in it, and a runner that keeps what it saw.</summary>
internal sealed class Workspace : IDisposable
{
    public Workspace() => Folder = Directory.CreateTempSubdirectory("svae-test-").FullName;

    public string Folder { get; }

    public string Output => Path.Combine(Folder, "out");

    public Watcher Seen { get; } = new();

    /// <summary>A notebook file; a cell beginning with "md:" is text, with "parameters:" the parameters cell.</summary>
    public string Write(string name, params string[] cells)
    {
        string path = Path.Combine(Folder, name + ".ipynb");
        Notebook(cells).Save(path);
        return path;
    }

    public static NotebookDocument Notebook(params string[] cells)
    {
        var notebook = NotebookDocument.New();
        foreach (string cell in cells) notebook.Add(Cell(cell));
        return notebook;
    }

    public Task<RunOutcome> RunAsync(params string[] cells) => RunAsync(request => request, default, cells);

    public Task<RunOutcome> RunAsync(Func<RunRequest, RunRequest> change, CancellationToken cancel, params string[] cells) =>
        new NotebookRunner(Seen).RunAsync(change(new RunRequest { Notebook = Write("n", cells), OutputFolder = Output, Html = false }), cancel);

    /// <summary>The executed notebook.</summary>
    public NotebookDocument Executed => NotebookDocument.Load(Path.Combine(Output, "n.ipynb"));

    /// <summary>A code cell's outputs as text: streams, plain text, error names.</summary>
    public string Shown(int codeCell) => string.Concat(Executed.Cells.Where(cell => cell.IsCode).ElementAt(codeCell).Outputs.Select(output =>
        Json.Text(output["text"]) ?? Json.Text(output["data"]?["text/plain"]) ?? $"<{Json.String(output["ename"])}>"));

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static NotebookCell Cell(string cell) =>
        cell.StartsWith("md:", StringComparison.Ordinal) ? NotebookCell.Markdown(cell[3..])
        : cell.StartsWith("parameters:", StringComparison.Ordinal) ? NotebookCell.Code(cell["parameters:".Length..], "parameters")
        : NotebookCell.Code(cell);

    internal sealed class Watcher : IRunObserver
    {
        public List<string> Events { get; } = [];

        public TaskCompletionSource<CellPosition> Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<WorkProgress> Reported { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Called at every progress.</summary>
        public Action Stepped { get; set; } = () => { };

        public void NotebookStarted(string notebook, RunForecast forecast) => Events.Add($"notebook of {forecast.Cells}");

        public void CellStarted(CellPosition cell)
        {
            Events.Add($"start {cell.Number}");
            Started.TrySetResult(cell);
        }

        public void Progressed(WorkProgress progress)
        {
            Events.Add($"{progress.Stage} {progress.Fraction}");
            Reported.TrySetResult(progress);
            Stepped();
        }

        public void Noted(string line) => Events.Add($"note {line}");

        public void CellEnded(CellPosition cell, CellResult result, TimeSpan elapsed) => Events.Add($"end {cell.Number} {result.Status}");
    }
}
