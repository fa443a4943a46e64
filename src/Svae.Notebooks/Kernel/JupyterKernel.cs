using System.Text.Json.Nodes;
using System.Threading.Channels;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Scripting;
using Svae.Workbench.Display;

namespace Svae.Notebooks.Kernel;

/// <summary>C# for Jupyter clients: requests come in, cells run one after the other, their output goes out.</summary>
internal sealed class JupyterKernel : IDisposable
{
    private readonly KernelSockets sockets;
    private readonly ScriptSession session = new(new NotebookSession(progress: new KernelProgress()));
    private readonly CodeAssistant assistant;
    private readonly KernelInput input = new();
    private readonly Channel<KernelMessage> cells = Channel.CreateUnbounded<KernelMessage>();
    private readonly List<(int Number, string Code)> history = [];
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CellInterrupt? running;
    private int executionCount;

    public JupyterKernel(ConnectionFile connection)
    {
        assistant = new CodeAssistant(session);
        sockets = new KernelSockets(connection) { ShellReceived = OnShell, ControlReceived = OnControl, StdinReceived = OnStdin };
    }

    /// <summary>Serves until a client says shutdown, or the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var stdin = Console.In;
        Console.SetIn(input);
        sockets.Start();
        sockets.Publish(null, "status", new JsonObject { ["execution_state"] = "starting" });
        // The first answer of the compiler takes seconds; nobody should wait for it while typing.
        _ = Task.Run(() => Ask(() => assistant.Complete("Console.", 8)), CancellationToken.None);
        var executing = ExecuteAllAsync();
        await Task.WhenAny(ended.Task, Task.Delay(Timeout.Infinite, cancel)).ConfigureAwait(false);
        cells.Writer.TryComplete();
        running?.Request();
        await Task.WhenAny(executing, Task.Delay(2000, CancellationToken.None)).ConfigureAwait(false);
        await sockets.FlushAsync().ConfigureAwait(false);
        Console.SetIn(stdin);
    }

    public void Dispose()
    {
        sockets.Dispose();
        session.Dispose();
    }

    private void OnShell(KernelMessage request)
    {
        if (request.Type == "execute_request") cells.Writer.TryWrite(request);
        // Off the socket's thread, and not behind the running cell.
        else _ = Task.Run(() => Answer(request, sockets.ReplyOnShell));
    }

    // On a thread of its own: the cell that is to be interrupted may keep the whole pool busy.
    private void OnControl(KernelMessage request) =>
        new Thread(() => Answer(request, sockets.ReplyOnControl)) { IsBackground = true, Name = "Jupyter control" }.Start();

    private void OnStdin(KernelMessage reply)
    {
        if (reply.Type == "input_reply") input.Answer(Json.String(reply.Content["value"]) ?? "");
    }

    private void Answer(KernelMessage request, Action<KernelMessage, string, JsonObject> reply)
    {
        Status(request, "busy");
        try
        {
            if (KernelReplies.TypeOf(request.Type) is { } type) reply(request, type, Content(request));
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"svae kernel: {request.Type}: {e.Message}");
        }
        Status(request, "idle");
        if (request.Type == "shutdown_request") ended.TrySetResult();
    }

    private JsonObject Content(KernelMessage request)
    {
        string code = Json.String(request.Content["code"]) ?? "";
        int cursor = CodeAssistant.ToUnits(code, Json.Int(request.Content["cursor_pos"]) ?? code.Length);
        switch (request.Type)
        {
            case "kernel_info_request": return KernelReplies.Info();
            case "complete_request": return KernelReplies.Completion(code, cursor, Ask(() => assistant.Complete(code, cursor)));
            case "inspect_request": return KernelReplies.Inspection(Ask(() => assistant.Inspect(code, cursor)));
            case "is_complete_request": return new JsonObject { ["status"] = CodeAssistant.Completeness(code), ["indent"] = "    " };
            case "history_request": lock (history) return KernelReplies.History(history, Json.Int(request.Content["n"]) ?? int.MaxValue);
            case "comm_info_request": return new JsonObject { ["status"] = "ok", ["comms"] = new JsonObject() };
            case "interrupt_request":
                running?.Request();
                return new JsonObject { ["status"] = "ok" };
            default: return new JsonObject { ["status"] = "ok", ["restart"] = request.Content["restart"]?.DeepClone() ?? false };
        }
    }

    private static T? Ask<T>(Func<T> question)
    {
        // Half-typed code can be anything; an editor that gets no answer goes on.
        try { return question(); }
        catch (Exception e) when (e is not OutOfMemoryException) { return default; }
    }

    private async Task ExecuteAllAsync()
    {
        await foreach (var request in cells.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            bool failed = await ExecuteAsync(request).ConfigureAwait(false);
            if (!failed || Json.IsFalse(request.Content["stop_on_error"])) continue;
            // What was sent along with the failed cell is not run; what comes afterwards is.
            while (cells.Reader.TryRead(out var waiting))
            {
                Status(waiting, "busy");
                sockets.ReplyOnShell(waiting, "execute_reply", new JsonObject { ["status"] = "aborted", ["execution_count"] = executionCount });
                Status(waiting, "idle");
            }
        }
    }

    private async Task<bool> ExecuteAsync(KernelMessage request)
    {
        string code = Json.String(request.Content["code"]) ?? "";
        bool silent = Json.IsTrue(request.Content["silent"]);
        Status(request, "busy");
        if (!silent)
        {
            executionCount++;
            lock (history) history.Add((executionCount, code));
            sockets.Publish(request, "execute_input", new JsonObject { ["code"] = code, ["execution_count"] = executionCount });
        }
        using var output = new IopubOutput(sockets, request, executionCount);
        using var interrupt = new CellInterrupt();
        input.Ask = Json.IsFalse(request.Content["allow_stdin"]) ? null
            : () => { output.Flush(); sockets.Ask(request, "input_request", new JsonObject { ["prompt"] = "", ["password"] = false }); };
        input.Stop = interrupt.Cooperative;
        running = interrupt;
        var result = await session.RunAsync(code.ReplaceLineEndings("\n"), executionCount, output, interrupt).ConfigureAwait(false);
        running = null;
        if (result.Error is { } error) output.Error(error);
        output.Flush();
        sockets.ReplyOnShell(request, "execute_reply", KernelReplies.Executed(result, executionCount));
        Status(request, "idle");
        return result.Status != CellStatus.Completed;
    }

    private void Status(KernelMessage about, string state) => sockets.Publish(about, "status", new JsonObject { ["execution_state"] = state });
}
