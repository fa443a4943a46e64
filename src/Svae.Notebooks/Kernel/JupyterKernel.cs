using System.Collections.Concurrent;
using System.Text.Json.Nodes;
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
    private readonly CellHistory history = new();
    private readonly CellRequests cells;
    private readonly BlockingCollection<KernelMessage> questions = [];
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public JupyterKernel(ConnectionFile connection)
    {
        assistant = new CodeAssistant(session);
        sockets = new KernelSockets(connection) { ShellReceived = OnShell, ControlReceived = OnControl, StdinReceived = OnStdin };
        cells = new CellRequests(sockets, session, history);
    }

    /// <summary>Asks the running cell to stop; returns at once.</summary>
    public void Interrupt() => cells.Interrupt();

    /// <summary>Serves until a client says shutdown, or the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        sockets.Start();
        sockets.Status(null, "starting");
        OnOwnThread("Jupyter shell", AnswerQuestions);
        var executing = cells.RunAllAsync();
        await Task.WhenAny(ended.Task, Task.Delay(Timeout.Infinite, cancel)).ConfigureAwait(false);
        questions.CompleteAdding();
        cells.End();
        await Task.WhenAny(executing, Task.Delay(2000, CancellationToken.None)).ConfigureAwait(false);
        await sockets.FlushAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        sockets.Dispose();
        session.Dispose();
    }

    private void OnShell(KernelMessage request)
    {
        if (request.Type == "execute_request") cells.Add(request);
        else if (!questions.IsAddingCompleted) questions.Add(request);
    }

    private void OnControl(KernelMessage request) => Answer(request, sockets.ReplyOnControl);

    private void OnStdin(KernelMessage reply) => cells.Answer(reply);

    // Not behind the running cell, and not on the pool, which the cell may keep busy.
    private void AnswerQuestions()
    {
        // The first answer of the compiler takes seconds; nobody should wait for it while typing.
        OnOwnThread("first completion", () => Ask(() => assistant.Complete("Console.", 8)));
        foreach (var request in questions.GetConsumingEnumerable()) Answer(request, sockets.ReplyOnShell);
    }

    private void Answer(KernelMessage request, Action<KernelMessage, string, JsonObject> reply)
    {
        sockets.Status(request, "busy");
        try
        {
            if (KernelReplies.TypeOf(request.Type) is { } type) reply(request, type, Content(request));
            // No side of this kernel takes part in conversations, which is said by closing them.
            else if (request.Type == "comm_open") sockets.Publish(request, "comm_close", new JsonObject { ["comm_id"] = request.Content["comm_id"]?.DeepClone(), ["data"] = new JsonObject() });
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"svae kernel: {request.Type}: {e.Message}");
        }
        sockets.Status(request, "idle");
        if (request.Type == "shutdown_request") ended.TrySetResult();
    }

    private JsonObject Content(KernelMessage request)
    {
        string code = Json.String(request.Content["code"]) ?? "";
        int cursor = CodeAssistant.ToUnits(code, Json.Int(request.Content["cursor_pos"]) ?? code.Length);
        switch (request.Type)
        {
            case "kernel_info_request":
                cells.ClientConnected();
                return KernelReplies.Info();
            case "complete_request": return KernelReplies.Completion(code, cursor, Ask(() => assistant.Complete(code, cursor)));
            case "inspect_request": return KernelReplies.Inspection(Ask(() => assistant.Inspect(code, cursor)));
            case "is_complete_request": return new JsonObject { ["status"] = CodeAssistant.Completeness(code), ["indent"] = "    " };
            case "history_request": return history.Reply(request.Content);
            case "comm_info_request": return new JsonObject { ["status"] = "ok", ["comms"] = new JsonObject() };
            case "interrupt_request":
                Interrupt();
                return new JsonObject { ["status"] = "ok" };
            default: return new JsonObject { ["status"] = "ok", ["restart"] = Json.IsTrue(request.Content["restart"]) };
        }
    }

    private static T? Ask<T>(Func<T> question)
    {
        // Half-typed code can be anything; an editor that gets no answer goes on.
        try { return question(); }
        catch (Exception e) when (e is not OutOfMemoryException) { return default; }
    }

    private static void OnOwnThread(string name, Action action) => new Thread(() => action()) { IsBackground = true, Name = name }.Start();
}
