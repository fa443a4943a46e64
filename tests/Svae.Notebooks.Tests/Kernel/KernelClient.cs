using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using NetMQ;
using NetMQ.Sockets;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Kernel;

namespace Svae.Notebooks.Tests.Kernel;

/// <summary>A kernel in this process and a small client at the other end of its sockets.</summary>
internal sealed class KernelClient : IAsyncDisposable
{
    private const string Key = "the key";
    private readonly CancellationTokenSource stop = new();
    private readonly ConnectionFile connection;
    private readonly JupyterKernel kernel;
    private readonly Task serving;
    private readonly DealerSocket shell = new(), control = new(), stdin = new();
    private readonly SubscriberSocket iopub = new();

    public KernelClient()
    {
        int[] ports = FreePorts(5);
        connection = new ConnectionFile("127.0.0.1", Key, ports[0], ports[1], ports[2], ports[3], ports[4]);
        kernel = new JupyterKernel(connection);
        serving = kernel.RunAsync(stop.Token);
        foreach (var (socket, port) in new (NetMQSocket, int)[] { (shell, ports[0]), (control, ports[1]), (iopub, ports[2]), (stdin, ports[3]) })
        {
            socket.Options.Identity = "client"u8.ToArray();
            socket.Connect(connection.Address(port));
        }
        iopub.SubscribeToAnyTopic();
        // A subscription takes a moment to arrive; ask until something is heard.
        for (int i = 0; i < 100 && Published(50).Count == 0; i++) Ask("kernel_info_request");
        while (Published(100).Count > 0) { }
    }

    /// <summary>What was published, oldest first, until nothing comes for so many milliseconds.</summary>
    public List<KernelMessage> Published(int quiet)
    {
        var seen = new List<KernelMessage>();
        while (Receive(iopub, quiet) is { } message) seen.Add(message);
        return seen;
    }

    /// <summary>Sends a request on the shell channel and gives back its answer; answers to others are passed over.</summary>
    public KernelMessage Ask(string type, JsonObject? content = null)
    {
        return Reply(Send(shell, type, content));
    }

    public KernelMessage AskControl(string type, JsonObject? content = null)
    {
        Send(control, type, content);
        return Receive(control, 60_000) ?? throw new TimeoutException(type);
    }

    /// <returns>The request's message id.</returns>
    public string Submit(string code, bool stopOnError = true) =>
        Send(shell, "execute_request", new JsonObject { ["code"] = code, ["silent"] = false, ["allow_stdin"] = true, ["stop_on_error"] = stopOnError });

    public KernelMessage Reply() => Receive(shell, 60_000) ?? throw new TimeoutException();

    private KernelMessage Reply(string id)
    {
        while (Receive(shell, 60_000) is { } reply)
            if (Json.String(reply.Parent["msg_id"]) == id) return reply;
        throw new TimeoutException(id);
    }

    /// <summary>Runs code; gives the reply, and what was published up to its idle status; what belongs to earlier requests is passed over.</summary>
    public (KernelMessage Reply, List<KernelMessage> Published) Run(string code)
    {
        string id = Submit(code);
        var published = new List<KernelMessage>();
        while (Receive(iopub, 60_000) is { } message)
        {
            if (Json.String(message.Parent["msg_id"]) != id) continue;
            published.Add(message);
            if (message.Type == "status" && Json.String(message.Content["execution_state"]) == "idle") break;
        }
        return (Reply(id), published);
    }

    public void AnswerQuestion(string value)
    {
        _ = Receive(stdin, 60_000) ?? throw new TimeoutException();
        Send(stdin, "input_reply", new JsonObject { ["value"] = value });
    }

    public void SendRaw(params byte[][] frames) => shell.SendMultipartMessage(new NetMQMessage(frames));

    /// <summary>Sends the four parts of a request, whatever they are, with the right signature.</summary>
    public void SendSigned(byte[][] parts) =>
        SendRaw([.. KernelMessage.Frames([], parts, Key)]);

    /// <summary>Throws away what has arrived; gives how many messages that was.</summary>
    public int Drain(int milliseconds)
    {
        int count = 0;
        foreach (var socket in (NetMQSocket[])[shell, iopub])
            while (Receive(socket, milliseconds) is not null) count++;
        return count;
    }

    /// <summary>Bytes that are not even of the transport, on every port.</summary>
    public void SendGarbage(Random random)
    {
        foreach (int port in (int[])[connection.Shell, connection.Control, connection.Iopub, connection.Stdin, connection.Heartbeat])
        {
            using var tcp = new TcpClient();
            tcp.Connect(IPAddress.Loopback, port);
            byte[] bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            tcp.Client.Send(bytes);
        }
    }

    public bool HeartIsBeating()
    {
        using var heart = new RequestSocket();
        heart.Connect(connection.Address(connection.Heartbeat));
        heart.SendFrame("ping");
        return heart.TryReceiveFrameString(TimeSpan.FromSeconds(10), out var answer) && answer == "ping";
    }

    public Task ServingEnds(TimeSpan limit) => serving.WaitAsync(limit);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await serving;
        foreach (var socket in (NetMQSocket[])[shell, control, stdin, iopub]) socket.Dispose();
        kernel.Dispose();
    }

    private static string Send(NetMQSocket socket, string type, JsonObject? content)
    {
        var message = KernelMessage.Answer(null, type, content ?? [], "client", []);
        socket.SendMultipartMessage(new NetMQMessage(message.Encode(Key)));
        return Json.String(message.Header["msg_id"])!;
    }

    private static KernelMessage? Receive(NetMQSocket socket, int milliseconds)
    {
        NetMQMessage? message = null;
        return socket.TryReceiveMultipartMessage(TimeSpan.FromMilliseconds(milliseconds), ref message)
            ? KernelMessage.Decode(message!.Select(frame => frame.ToByteArray()).ToArray(), Key) : null;
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners) listener.Start();
        int[] ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners) listener.Stop();
        return ports;
    }
}
