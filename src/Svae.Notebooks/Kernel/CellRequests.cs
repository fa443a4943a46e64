using System.Text.Json.Nodes;
using System.Threading.Channels;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Scripting;

namespace Svae.Notebooks.Kernel;

/// <summary>The <c>execute_request</c>s: run one after the other in the order of their coming, each with its output and its reply.</summary>
internal sealed class CellRequests(KernelSockets sockets, ScriptSession session, CellHistory history)
{
    private readonly Channel<KernelMessage> waiting = Channel.CreateUnbounded<KernelMessage>();
    private readonly KernelInput input = new();
    private readonly PlotlyDelivery plotly = new();
    private volatile CellInterrupt? running;
    private int executionCount;

    public void Add(KernelMessage request) => waiting.Writer.TryWrite(request);

    /// <summary>A client has connected, maybe a page that was loaded anew.</summary>
    public void ClientConnected() => plotly.PageConnected();

    /// <summary>An answer to a question that a cell asked.</summary>
    public void Answer(KernelMessage reply)
    {
        if (reply.Type == "input_reply") input.Answer(Json.String(reply.Content["value"]) ?? "");
    }

    /// <summary>Asks the running cell to stop; returns at once.</summary>
    public void Interrupt() => running?.Request();

    /// <summary>Takes no more requests, and stops the running cell.</summary>
    public void End()
    {
        waiting.Writer.TryComplete();
        Interrupt();
    }

    /// <summary>Runs what comes until <see cref="End"/>; meanwhile <c>Console.In</c> asks the user.</summary>
    public async Task RunAllAsync()
    {
        var stdin = Console.In;
        Console.SetIn(input);
        await foreach (var request in waiting.Reader.ReadAllAsync().ConfigureAwait(false)) await RunAsync(request).ConfigureAwait(false);
        Console.SetIn(stdin);
    }

    private IEnumerable<KernelMessage> Waiting()
    {
        while (waiting.Reader.TryRead(out var request)) yield return request;
    }

    private void Abort(IEnumerable<KernelMessage> requests)
    {
        foreach (var request in requests)
        {
            sockets.Status(request, "busy");
            sockets.ReplyOnShell(request, "execute_reply", KernelReplies.Aborted(executionCount));
            sockets.Status(request, "idle");
        }
    }

    private async Task RunAsync(KernelMessage request)
    {
        string code = (Json.String(request.Content["code"]) ?? "").ReplaceLineEndings("\n");
        bool silent = Json.IsTrue(request.Content["silent"]);
        sockets.Status(request, "busy");
        if (!silent && !Json.IsFalse(request.Content["store_history"])) history.Add(++executionCount, code);
        if (!silent) sockets.Publish(request, "execute_input", new JsonObject { ["code"] = code, ["execution_count"] = executionCount });
        using var output = new IopubOutput(sockets, request, executionCount, silent, plotly);
        using var interrupt = new CellInterrupt();
        input.Ask = Json.IsFalse(request.Content["allow_stdin"]) ? null
            : () => sockets.Ask(request, "input_request", new JsonObject { ["prompt"] = output.TakePrompt(), ["password"] = false });
        input.Stop = interrupt.Cooperative;
        running = interrupt;
        var result = await session.RunAsync(code, executionCount, output, interrupt).ConfigureAwait(false);
        if (result.Error is { } error) output.Error(error);
        var values = result.Error is null ? await EvaluateAsync(request.Content["user_expressions"] as JsonObject).ConfigureAwait(false) : [];
        if (await plotly.AfterCellAsync().ConfigureAwait(false) is var (id, emptied)) output.Update(id, emptied);
        running = null;
        output.Flush();
        // What was sent along with a failed cell is not run; what comes once its end is known is.
        KernelMessage[] along = result.Status != CellStatus.Completed && !Json.IsFalse(request.Content["stop_on_error"]) ? [.. Waiting()] : [];
        sockets.ReplyOnShell(request, "execute_reply", KernelReplies.Executed(result, executionCount, values));
        sockets.Status(request, "idle");
        Abort(along);
    }

    // What a client wants to know after a cell: name → expression becomes name → value.
    private async Task<JsonObject> EvaluateAsync(JsonObject? expressions)
    {
        var values = new JsonObject();
        foreach (var (name, expression) in expressions ?? [])
        {
            var value = new ValueOutput();
            using var interrupt = new CellInterrupt();
            running = interrupt;
            var result = await session.RunAsync(Json.String(expression) ?? "", number: 0, value, interrupt).ConfigureAwait(false);
            values[name] = result.Error is { } error ? KernelReplies.Failed(error)
                : new JsonObject { ["status"] = "ok", ["data"] = value.Data, ["metadata"] = new JsonObject() };
        }
        return values;
    }

    private sealed class ValueOutput : ICellOutput
    {
        public JsonObject Data { get; private set; } = [];

        public void Result(IReadOnlyDictionary<string, string> bundle) => Data = IopubOutput.Content(NotebookOutputs.DisplayData(bundle))["data"]!.DeepClone().AsObject();

        public void Stream(string name, string text) { }

        public void Display(string displayId, IReadOnlyDictionary<string, string> bundle) { }

        public void Update(string displayId, IReadOnlyDictionary<string, string> bundle) { }

        public void Clear(bool wait) { }
    }
}
