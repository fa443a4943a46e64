using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Svae.Notebooks.Kernel;

/// <summary>
/// The socket on which a client asks for a stop. NetMQ learns of what arrives through the thread pool, which a cell's parallel loop
/// keeps busy for seconds; this one reads each connection on a thread of its own.
/// </summary>
internal sealed class ControlSocket : IDisposable
{
    private static readonly TimeSpan UntilGivenUp = TimeSpan.FromSeconds(2);
    private readonly TcpListener listener;
    private readonly int longestMessage;
    private readonly ConcurrentDictionary<int, ZmtpPeer> peers = new();
    private int lastPeer;

    /// <param name="ip">The address to listen on; * for every one.</param>
    /// <param name="port">The port.</param>
    /// <param name="longestMessage">A longer message, in bytes, ends its connection.</param>
    /// <exception cref="SocketException">The port is taken, or the address is not this machine's.</exception>
    public ControlSocket(string ip, int port, int longestMessage)
    {
        var address = ip == "*" ? IPAddress.Any : IPAddress.TryParse(ip, out var parsed) ? parsed : Dns.GetHostAddresses(ip)[0];
        this.longestMessage = longestMessage;
        listener = new TcpListener(address, port);
        listener.Start();
    }

    /// <summary>Called with each message on its connection's thread, the identity of the connection before the message's own frames.</summary>
    public Action<IReadOnlyList<byte[]>> Received { get; set; } = _ => { };

    public void Start() => OnOwnThread(Accept);

    /// <summary>Sends frames to the connection that the first of them names; one that is gone gets nothing.</summary>
    public void Send(IReadOnlyList<byte[]> frames)
    {
        if (!peers.TryGetValue(BinaryPrimitives.ReadInt32BigEndian(frames[0]), out var peer)) return;
        try { peer.Write([.. frames.Skip(1)]); }
        catch (Exception e) when (e is IOException or ObjectDisposedException) { peer.Dispose(); }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        listener.Dispose();
        foreach (var peer in peers.Values) peer.Dispose();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var socket = listener.AcceptSocket();
                (socket.NoDelay, socket.SendTimeout) = (true, (int)UntilGivenUp.TotalMilliseconds);
                OnOwnThread(() => Serve(socket));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The kernel has ended.
        }
    }

    private void Serve(Socket socket)
    {
        int number = Interlocked.Increment(ref lastPeer);
        byte[] identity = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(identity, number);
        using var peer = new ZmtpPeer(socket, longestMessage);
        try
        {
            peer.ShakeHands();
            peers[number] = peer;
            while (true) Received([identity, .. peer.Read()]);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
        {
            // The client has gone, or is none.
        }
        finally
        {
            peers.TryRemove(number, out _);
        }
    }

    private static void OnOwnThread(Action action) => new Thread(() => action()) { IsBackground = true, Name = "Jupyter control" }.Start();
}
