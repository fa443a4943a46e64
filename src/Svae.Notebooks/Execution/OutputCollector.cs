using System.Text;
using System.Text.Json.Nodes;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Scripting;

namespace Svae.Notebooks.Execution;

/// <summary>Gathers a notebook's outputs, cell by cell, as its file stores them.</summary>
internal sealed class OutputCollector
{
    // A loop that prints without end must not fill the memory, nor a notebook that is to be opened.
    private const int LongestStream = 1 << 20;
    private readonly Lock gate = new();
    private readonly List<(string Id, CellOutputs Cell, Entry Entry)> displays = [];
    private bool closed;

    /// <summary>The place for a cell's output.</summary>
    public CellOutputs ForCell(int executionCount) => new(this, executionCount);

    /// <summary>The run has ended: what a thread of a cell throws from here on is for the process to tell, and its exit code.</summary>
    public void Close()
    {
        lock (gate) closed = true;
    }

    private sealed class Entry
    {
        public JsonObject? Json { get; set; }

        public string? Stream { get; init; }

        public StringBuilder Text { get; } = new();
    }

    /// <summary>What one cell puts out.</summary>
    internal sealed class CellOutputs(OutputCollector all, int executionCount) : ICellOutput
    {
        private readonly List<Entry> entries = [];
        private bool clearBeforeNext;

        /// <summary>The first exception that escaped on a thread of the cell's own; null when none did.</summary>
        public Exception? Fault { get; private set; }

        public void Stream(string name, string text) => Change(() =>
        {
            if (entries.Count == 0 || entries[^1].Stream != name) entries.Add(new Entry { Stream = name });
            var written = entries[^1].Text;
            if (written.Length > LongestStream) return;
            written.Append(text);
            if (written.Length > LongestStream) written.Append("\n… the rest of the output is not kept\n");
        });

        public void Display(string displayId, IReadOnlyDictionary<string, string> bundle) => Change(() =>
        {
            var entry = new Entry { Json = NotebookOutputs.DisplayData(bundle) };
            entries.Add(entry);
            all.displays.Add((displayId, this, entry));
        });

        public void Update(string displayId, IReadOnlyDictionary<string, string> bundle)
        {
            lock (all.gate)
                foreach (var (id, _, entry) in all.displays)
                    if (id == displayId) entry.Json = NotebookOutputs.DisplayData(bundle);
        }

        public void Result(IReadOnlyDictionary<string, string> bundle) =>
            Change(() => entries.Add(new Entry { Json = NotebookOutputs.ExecuteResult(bundle, executionCount) }));

        public void Error(CellError error) => Change(() => entries.Add(new Entry { Json = NotebookOutputs.Error(error) }));

        public void Clear(bool wait)
        {
            lock (all.gate)
            {
                clearBeforeNext = wait;
                if (!wait) entries.Clear();
            }
        }

        public void Escaped(Exception exception, string text)
        {
            lock (all.gate)
            {
                if (!all.closed)
                {
                    Fault ??= exception;
                    return;
                }
            }
            // On this thread Console.Error is the cell's.
            using (var error = new StreamWriter(Console.OpenStandardError())) error.Write(text);
            Environment.ExitCode = (int)RunStatus.Failed;
        }

        /// <summary>The outputs so far.</summary>
        public IReadOnlyList<JsonObject> ToJson()
        {
            lock (all.gate)
                return entries.Select(entry => entry.Stream is null
                    ? (JsonObject)entry.Json!.DeepClone()
                    : NotebookOutputs.Stream(entry.Stream, ConsoleText.Overwritten(entry.Text.ToString()))).ToArray();
        }

        private void Change(Action change)
        {
            lock (all.gate)
            {
                if (clearBeforeNext) entries.Clear();
                clearBeforeNext = false;
                change();
            }
        }
    }
}
