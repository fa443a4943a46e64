using System.Text;
using System.Text.Json.Nodes;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Scripting;

namespace Svae.Notebooks.Kernel;

/// <summary>A running cell's output on its way to the clients. Console text is gathered for a moment, so that a loop that prints does not flood them.</summary>
internal sealed class IopubOutput : ICellOutput, IDisposable
{
    // A loop that prints without end must fill neither the client nor this process, which keeps what a slow client has not fetched.
    private const int MostText = 16 << 20;
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(40);
    private readonly Lock gate = new();
    private readonly StringBuilder gathered = new();
    private readonly KernelSockets sockets;
    private readonly KernelMessage request;
    private readonly int executionCount;
    private readonly bool silent;
    private readonly PlotlyDelivery plotly;
    private readonly Timer timer;
    private string stream = "stdout";
    private int written;
    private bool closed;

    /// <param name="sockets">Where output goes.</param>
    /// <param name="request">What it answers.</param>
    /// <param name="executionCount">The cell's number.</param>
    /// <param name="silent">Nothing is shown.</param>
    /// <param name="plotly">Brings the library that live figures need.</param>
    public IopubOutput(KernelSockets sockets, KernelMessage request, int executionCount, bool silent, PlotlyDelivery plotly)
    {
        (this.sockets, this.request, this.executionCount, this.silent, this.plotly) = (sockets, request, executionCount, silent, plotly);
        timer = new Timer(_ => Flush());
    }

    public void Stream(string name, string text)
    {
        lock (gate)
        {
            if (name != stream) FlushLocked();
            stream = name;
            if (written > MostText) return;
            if (gathered.Length == 0 && !closed) timer.Change(Gathering, Timeout.InfiniteTimeSpan);
            gathered.Append(text);
            written += text.Length;
            if (written > MostText) gathered.Append("\n… the rest of the output is not shown\n");
            if (closed) FlushLocked();
        }
    }

    /// <summary>The line that the cell has begun to write and not sent yet, to stand before the user's answer; what comes before it is sent.</summary>
    public string TakePrompt()
    {
        lock (gate)
        {
            string text = gathered.ToString();
            int begin = stream == "stdout" ? text.LastIndexOf('\n') + 1 : text.Length;
            gathered.Length = begin;
            FlushLocked();
            return text[begin..];
        }
    }

    public void Display(string displayId, IReadOnlyDictionary<string, string> bundle)
    {
        SendLibrary(bundle);
        Publish("display_data", Shown(displayId, NotebookOutputs.DisplayData(bundle)));
    }

    public void Update(string displayId, IReadOnlyDictionary<string, string> bundle) => Publish("update_display_data", Shown(displayId, NotebookOutputs.DisplayData(bundle)));

    public void Result(IReadOnlyDictionary<string, string> bundle)
    {
        SendLibrary(bundle);
        Publish("execute_result", Content(NotebookOutputs.ExecuteResult(bundle, executionCount)));
    }

    public void Error(CellError error) => Publish("error", Content(NotebookOutputs.Error(error)));

    public void Clear(bool wait) => Publish("clear_output", new JsonObject { ["wait"] = wait });

    /// <summary>Sends the text gathered so far.</summary>
    public void Flush()
    {
        lock (gate) FlushLocked();
    }

    /// <summary>The cell has ended; what its tasks still write goes out at once.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            FlushLocked();
            closed = true;
            timer.Dispose();
        }
    }

    private void SendLibrary(IReadOnlyDictionary<string, string> bundle)
    {
        if (!silent && plotly.Before(bundle) is var (id, library)) Publish("display_data", Shown(id, NotebookOutputs.DisplayData(library)));
    }

    private void Publish(string type, JsonObject content)
    {
        lock (gate)
        {
            FlushLocked();
            if (!silent) sockets.Publish(request, type, content);
        }
    }

    private void FlushLocked()
    {
        if (gathered.Length == 0) return;
        if (!silent) sockets.Publish(request, "stream", new JsonObject { ["name"] = stream, ["text"] = gathered.ToString() });
        gathered.Clear();
    }

    private static JsonObject Shown(string displayId, JsonObject output)
    {
        var content = Content(output);
        content["transient"] = new JsonObject { ["display_id"] = displayId };
        return content;
    }

    /// <summary>An output of a notebook file as the wire wants it: texts not by lines, and without the kind of output.</summary>
    public static JsonObject Content(JsonObject output)
    {
        output.Remove("output_type");
        if (output["data"] is JsonObject data)
            foreach (string mime in data.Select(entry => entry.Key).ToArray())
                if (data[mime] is JsonArray && Json.Text(data[mime]) is { } text) data[mime] = text;
        return output;
    }
}
