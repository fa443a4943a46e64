using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using NetMQ;
using NetMQ.Sockets;
using Svae.Workbench;

namespace Svae.Notebooks.Kernel;

/// <summary>
/// The kernel's five sockets. What comes from clients is read without the thread pool (<see cref="ThreadedRouter"/>); what goes to
/// everybody is handed to NetMQ on one thread.
/// </summary>
internal sealed class KernelSockets : IDisposable
{
    private const int MostComplaints = 5, LongestMessage = 256 << 20;
    private readonly ThreadedRouter shell, control, stdin, heartbeat;
    private readonly PublisherSocket iopub = new();
    private readonly NetMQQueue<Action> outgoing = new();
    private readonly NetMQPoller poller;
    private readonly string key;
    private int refused;

    public KernelSockets(ConnectionFile connection)
    {
        key = connection.Key;
        shell = Listen(connection, connection.Shell);
        control = Listen(connection, connection.Control);
        stdin = Listen(connection, connection.Stdin);
        heartbeat = Listen(connection, connection.Heartbeat);
        shell.Received = frames => Receive(frames, ShellReceived);
        control.Received = frames => Receive(frames, ControlReceived);
        stdin.Received = frames => Receive(frames, StdinReceived);
        heartbeat.Received = heartbeat.Send;
        iopub.Options.SendHighWatermark = 0;
        iopub.Options.MaxMsgSize = LongestMessage;
        try { iopub.Bind(connection.Address(connection.Iopub)); }
        catch (NetMQException e) { throw Taken(connection, connection.Iopub, e); }
        outgoing.ReceiveReady += (_, ready) => { while (ready.Queue.TryDequeue(out var send, TimeSpan.Zero)) send(); };
        poller = [outgoing];
    }

    /// <summary>The kernel's name in its messages.</summary>
    public string Session { get; } = Guid.NewGuid().ToString("N");

    public Action<KernelMessage> ShellReceived { get; set; } = _ => { };

    public Action<KernelMessage> ControlReceived { get; set; } = _ => { };

    public Action<KernelMessage> StdinReceived { get; set; } = _ => { };

    public void Start()
    {
        poller.RunAsync("Jupyter sockets");
        foreach (var router in Routers) router.Start();
    }

    /// <summary>Says something to everybody.</summary>
    public void Publish(KernelMessage? about, string type, JsonObject content)
    {
        var frames = KernelMessage.Answer(about, type, content, Session, [Encoding.UTF8.GetBytes(type)]).Encode(key);
        outgoing.Enqueue(() => iopub.SendMultipartMessage(new NetMQMessage(frames)));
    }

    /// <summary>Says that a request is being worked on (<c>busy</c>) or is done with (<c>idle</c>).</summary>
    public void Status(KernelMessage? about, string state) => Publish(about, "status", new JsonObject { ["execution_state"] = state });

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
        foreach (var router in Routers) router.Dispose();
        poller.Dispose();
        iopub.Options.Linger = TimeSpan.FromMilliseconds(500);
        iopub.Dispose();
        outgoing.Dispose();
    }

    private ThreadedRouter[] Routers => [shell, control, stdin, heartbeat];

    private static ThreadedRouter Listen(ConnectionFile connection, int port)
    {
        try { return new ThreadedRouter(connection.Ip, port, LongestMessage); }
        catch (SocketException e) { throw Taken(connection, port, e); }
    }

    private static UserInputException Taken(ConnectionFile connection, int port, Exception cause) =>
        new($"{connection.Address(port)} cannot be listened on: {cause.Message}", cause);

    private void Reply(ThreadedRouter router, KernelMessage request, string type, JsonObject content) =>
        router.Send(KernelMessage.Answer(request, type, content, Session, request.Identities).Encode(key));

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
