using System.Text.Json.Nodes;
using NetMQ;
using NetMQ.Sockets;

namespace Svae.Notebooks.Kernel;

/// <summary>The kernel's five sockets. One thread of its own reads and writes them all; others hand messages to it.</summary>
internal sealed class KernelSockets : IDisposable
{
    private const int MostComplaints = 5;
    private readonly RouterSocket shell = new(), control = new(), stdin = new();
    private readonly PublisherSocket iopub = new();
    private readonly ResponseSocket heartbeat = new();
    private readonly NetMQQueue<Action> outgoing = new();
    private readonly NetMQPoller poller;
    private readonly string key;
    private int refused;

    public KernelSockets(ConnectionFile connection)
    {
        key = connection.Key;
        iopub.Options.SendHighWatermark = 0;
        shell.Bind(connection.Address(connection.Shell));
        control.Bind(connection.Address(connection.Control));
        stdin.Bind(connection.Address(connection.Stdin));
        iopub.Bind(connection.Address(connection.Iopub));
        heartbeat.Bind(connection.Address(connection.Heartbeat));
        shell.ReceiveReady += (_, ready) => Receive(ready.Socket, ShellReceived);
        control.ReceiveReady += (_, ready) => Receive(ready.Socket, ControlReceived);
        stdin.ReceiveReady += (_, ready) => Receive(ready.Socket, StdinReceived);
        heartbeat.ReceiveReady += (_, ready) => ready.Socket.SendMultipartMessage(ready.Socket.ReceiveMultipartMessage());
        outgoing.ReceiveReady += (_, ready) => { while (ready.Queue.TryDequeue(out var send, TimeSpan.Zero)) send(); };
        poller = [shell, control, stdin, heartbeat, outgoing];
    }

    /// <summary>The kernel's name in its messages.</summary>
    public string Session { get; } = Guid.NewGuid().ToString("N");

    public Action<KernelMessage> ShellReceived { get; set; } = _ => { };

    public Action<KernelMessage> ControlReceived { get; set; } = _ => { };

    public Action<KernelMessage> StdinReceived { get; set; } = _ => { };

    public void Start() => poller.RunAsync("Jupyter sockets");

    /// <summary>Says something to everybody.</summary>
    public void Publish(KernelMessage? about, string type, JsonObject content) =>
        Send(iopub, KernelMessage.Answer(about, type, content, Session, [System.Text.Encoding.UTF8.GetBytes(type)]));

    public void ReplyOnShell(KernelMessage request, string type, JsonObject content) => Reply(shell, request, type, content);

    public void ReplyOnControl(KernelMessage request, string type, JsonObject content) => Reply(control, request, type, content);

    /// <summary>Asks whoever sent a request.</summary>
    public void Ask(KernelMessage request, string type, JsonObject content) => Reply(stdin, request, type, content);

    /// <summary>Waits until everything handed over so far is on its way.</summary>
    public async Task FlushAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        outgoing.Enqueue(done.SetResult);
        await done.Task.ConfigureAwait(false);
    }

    public void Dispose()
    {
        poller.Dispose();
        foreach (var socket in (NetMQSocket[])[shell, control, stdin, iopub, heartbeat])
        {
            socket.Options.Linger = TimeSpan.FromMilliseconds(500);
            socket.Dispose();
        }
        outgoing.Dispose();
    }

    private void Reply(NetMQSocket socket, KernelMessage request, string type, JsonObject content) =>
        Send(socket, KernelMessage.Answer(request, type, content, Session, request.Identities));

    private void Send(NetMQSocket socket, KernelMessage message)
    {
        var frames = message.Encode(key);
        outgoing.Enqueue(() => socket.SendMultipartMessage(new NetMQMessage(frames)));
    }

    // Whatever arrives, the kernel stays.
    private void Receive(NetMQSocket socket, Action<KernelMessage> receiver)
    {
        var frames = socket.ReceiveMultipartMessage();
        try
        {
            receiver(KernelMessage.Decode(frames.Select(frame => frame.ToByteArray()).ToArray(), key));
        }
        catch (MalformedMessageException e)
        {
            if (refused++ < MostComplaints) Console.Error.WriteLine($"svae kernel: a message was refused: {e.Message}");
        }
    }
}
