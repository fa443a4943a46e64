using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Svae.Notebooks.Kernel;

/// <summary>
/// A ROUTER of ZeroMQ that reads each connection on a thread of its own. NetMQ learns of what arrives through the thread pool, which
/// a cell's parallel loop keeps busy for seconds; a stop, an editor's question or a heartbeat must not wait for that.
/// </summary>
internal sealed class ThreadedRouter : IDisposable
{
    private static readonly TimeSpan UntilGivenUp = TimeSpan.FromSeconds(2);
    private readonly TcpListener listener;
    private readonly int longestMessage;
    private readonly ConcurrentDictionary<string, ZmtpPeer> peers = new();
    private int lastPeer;

    /// <param name="ip">The address to listen on; * for every one.</param>
    /// <param name="port">The port.</param>
    /// <param name="longestMessage">A longer message, in bytes, ends its connection.</param>
    /// <exception cref="SocketException">The port is taken, or the address is not this machine's.</exception>
    public ThreadedRouter(string ip, int port, int longestMessage)
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
        if (!peers.TryGetValue(Key(frames[0]), out var peer)) return;
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
        using var peer = new ZmtpPeer(socket, longestMessage);
        KeyValuePair<string, ZmtpPeer>? known = null;
        try
        {
            byte[] identity = peer.ShakeHands() is { Length: > 0 } own ? own : NewIdentity();
            // A client that connects again may do so before its old connection is known to be gone.
            known = new(Key(identity), peer);
            peers[known.Value.Key] = peer;
            while (true) Received([identity, .. peer.Read()]);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
        {
            // The client has gone, or is none.
        }
        finally
        {
            if (known is { } entry) peers.TryRemove(entry);
        }
    }

    // Identities that begin with zero are the router's to give.
    private byte[] NewIdentity()
    {
        byte[] identity = new byte[1 + sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(identity.AsSpan(1), Interlocked.Increment(ref lastPeer));
        return identity;
    }

    private static string Key(byte[] identity) => Encoding.Latin1.GetString(identity);

    private static void OnOwnThread(Action action) => new Thread(() => action()) { IsBackground = true, Name = "Jupyter socket" }.Start();
}
