using System.Text;
using System.Text.Json.Nodes;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Scripting;

namespace Svae.Notebooks.Kernel;

/// <summary>A running cell's output on its way to the clients. Console text is gathered for a moment, so that a loop that prints does not flood them.</summary>
internal sealed class IopubOutput : ICellOutput, IDisposable
{
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(40);
    private readonly Lock gate = new();
    private readonly StringBuilder gathered = new();
    private readonly KernelSockets sockets;
    private readonly KernelMessage request;
    private readonly int executionCount;
    private readonly Timer timer;
    private string stream = "stdout";

    public IopubOutput(KernelSockets sockets, KernelMessage request, int executionCount)
    {
        (this.sockets, this.request, this.executionCount) = (sockets, request, executionCount);
        timer = new Timer(_ => Flush());
    }

    public void Stream(string name, string text)
    {
        lock (gate)
        {
            if (name != stream) FlushLocked();
            stream = name;
            if (gathered.Length == 0) timer.Change(Gathering, Timeout.InfiniteTimeSpan);
            gathered.Append(text);
        }
    }

    public void Display(string displayId, IReadOnlyDictionary<string, string> bundle) => Publish("display_data", Shown(displayId, NotebookOutputs.DisplayData(bundle)));

    public void Update(string displayId, IReadOnlyDictionary<string, string> bundle) => Publish("update_display_data", Shown(displayId, NotebookOutputs.DisplayData(bundle)));

    public void Result(IReadOnlyDictionary<string, string> bundle) => Publish("execute_result", Content(NotebookOutputs.ExecuteResult(bundle, executionCount)));

    public void Error(CellError error) => Publish("error", Content(NotebookOutputs.Error(error)));

    public void Clear(bool wait) => Publish("clear_output", new JsonObject { ["wait"] = wait });

    /// <summary>Sends the text gathered so far.</summary>
    public void Flush()
    {
        lock (gate) FlushLocked();
    }

    public void Dispose()
    {
        Flush();
        timer.Dispose();
    }

    private void Publish(string type, JsonObject content)
    {
        lock (gate)
        {
            FlushLocked();
            sockets.Publish(request, type, content);
        }
    }

    private void FlushLocked()
    {
        if (gathered.Length == 0) return;
        sockets.Publish(request, "stream", new JsonObject { ["name"] = stream, ["text"] = gathered.ToString() });
        gathered.Clear();
    }

    private static JsonObject Shown(string displayId, JsonObject output)
    {
        var content = Content(output);
        content["transient"] = new JsonObject { ["display_id"] = displayId };
        return content;
    }

    // The file stores texts by lines and says what kind of output it is; the wire wants neither.
    private static JsonObject Content(JsonObject output)
    {
        output.Remove("output_type");
        if (output["data"] is JsonObject data)
            foreach (string mime in data.Select(entry => entry.Key).ToArray())
                if (data[mime] is JsonArray && Json.Text(data[mime]) is { } text) data[mime] = text;
        return output;
    }
}
