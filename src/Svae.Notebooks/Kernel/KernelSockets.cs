using System.Net.Sockets;
using System.Text.Json.Nodes;
using NetMQ;
using NetMQ.Sockets;
using Svae.Workbench;

namespace Svae.Notebooks.Kernel;

/// <summary>The kernel's five sockets. One thread of its own reads and writes all but the control socket; others hand messages to it.</summary>
internal sealed class KernelSockets : IDisposable
{
    private const int MostComplaints = 5, LongestMessage = 256 << 20;
    // The heartbeat too: a reply socket would wait for ever on a peer that hung up between question and answer.
    private readonly RouterSocket shell = new(), stdin = new(), heartbeat = new();
    private readonly PublisherSocket iopub = new();
    private readonly ControlSocket control;
    private readonly NetMQQueue<Action> outgoing = new();
    private readonly NetMQPoller poller;
    private readonly string key;
    private int refused;

    public KernelSockets(ConnectionFile connection)
    {
        key = connection.Key;
        iopub.Options.SendHighWatermark = 0;
        Bind(shell, connection.Address(connection.Shell));
        Bind(stdin, connection.Address(connection.Stdin));
        Bind(iopub, connection.Address(connection.Iopub));
        Bind(heartbeat, connection.Address(connection.Heartbeat));
        shell.ReceiveReady += (_, ready) => Receive(ready.Socket, ShellReceived);
        stdin.ReceiveReady += (_, ready) => Receive(ready.Socket, StdinReceived);
        heartbeat.ReceiveReady += (_, ready) => Echo(ready.Socket);
        outgoing.ReceiveReady += (_, ready) => { while (ready.Queue.TryDequeue(out var send, TimeSpan.Zero)) send(); };
        poller = [shell, stdin, heartbeat, outgoing];
        try { control = new ControlSocket(connection.Ip, connection.Control, LongestMessage) { Received = frames => Receive(frames, ControlReceived) }; }
        catch (SocketException e) { throw new UserInputException($"{connection.Address(connection.Control)} cannot be listened on: {e.Message}", e); }
    }

    /// <summary>The kernel's name in its messages.</summary>
    public string Session { get; } = Guid.NewGuid().ToString("N");

    public Action<KernelMessage> ShellReceived { get; set; } = _ => { };

    public Action<KernelMessage> ControlReceived { get; set; } = _ => { };

    public Action<KernelMessage> StdinReceived { get; set; } = _ => { };

    public void Start()
    {
        poller.RunAsync("Jupyter sockets");
        control.Start();
    }

    /// <summary>Says something to everybody.</summary>
    public void Publish(KernelMessage? about, string type, JsonObject content) =>
        Send(iopub, KernelMessage.Answer(about, type, content, Session, [System.Text.Encoding.UTF8.GetBytes(type)]));

    /// <summary>Says that a request is being worked on (<c>busy</c>) or is done with (<c>idle</c>).</summary>
    public void Status(KernelMessage? about, string state) => Publish(about, "status", new JsonObject { ["execution_state"] = state });

    public void ReplyOnShell(KernelMessage request, string type, JsonObject content) => Reply(shell, request, type, content);

    public void ReplyOnControl(KernelMessage request, string type, JsonObject content) =>
        control.Send(KernelMessage.Answer(request, type, content, Session, request.Identities).Encode(key));

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
        control.Dispose();
        poller.Dispose();
        foreach (var socket in (NetMQSocket[])[shell, stdin, iopub, heartbeat])
        {
            socket.Options.Linger = TimeSpan.FromMilliseconds(500);
            socket.Dispose();
        }
        outgoing.Dispose();
    }

    private static void Bind(NetMQSocket socket, string address)
    {
        socket.Options.MaxMsgSize = LongestMessage;
        try { socket.Bind(address); }
        catch (NetMQException e) { throw new UserInputException($"{address} cannot be listened on: {e.Message}", e); }
    }

    private void Reply(NetMQSocket socket, KernelMessage request, string type, JsonObject content) =>
        Send(socket, KernelMessage.Answer(request, type, content, Session, request.Identities));

    private void Send(NetMQSocket socket, KernelMessage message)
    {
        var frames = message.Encode(key);
        outgoing.Enqueue(() => socket.SendMultipartMessage(new NetMQMessage(frames)));
    }

    // A socket can be ready for what turns out to be no message, so nothing here waits.
    private static void Echo(NetMQSocket socket)
    {
        NetMQMessage? beat = null;
        if (socket.TryReceiveMultipartMessage(ref beat)) socket.TrySendMultipartMessage(beat!);
    }

    private void Receive(NetMQSocket socket, Action<KernelMessage> receiver)
    {
        NetMQMessage? frames = null;
        if (socket.TryReceiveMultipartMessage(ref frames)) Receive(frames!.Select(frame => frame.ToByteArray()).ToArray(), receiver);
    }

    // Whatever arrives, the kernel stays.
    private void Receive(IReadOnlyList<byte[]> frames, Action<KernelMessage> receiver)
    {
        try
        {
            receiver(KernelMessage.Decode(frames, key));
        }
        catch (Exception e)
        {
            if (Interlocked.Increment(ref refused) <= MostComplaints) Console.Error.WriteLine($"svae kernel: a message was refused: {e.Message}");
        }
    }
}
