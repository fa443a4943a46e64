using System.Buffers.Binary;
using System.Net.Sockets;

namespace Svae.Notebooks.Kernel;

/// <summary>
/// The other end of one connection in the ZeroMQ message transport protocol (ZMTP 3.0, rfc.zeromq.org/spec/23), for the side of a
/// ROUTER without encryption. Every call blocks: nothing here needs a thread of the pool.
/// </summary>
internal sealed class ZmtpPeer(Socket socket, int longestMessage) : IDisposable
{
    private const int Greeting = 64;
    private const byte More = 1, Long = 2, Command = 4;
    private static readonly byte[] Ready = [5, .. "READY"u8, 11, .. "Socket-Type"u8, 0, 0, 0, 6, .. "ROUTER"u8];
    private readonly NetworkStream stream = new(socket, ownsSocket: true);
    private readonly Lock writing = new();

    /// <summary>Agrees with the peer on version and mechanism.</summary>
    /// <exception cref="InvalidDataException">The peer does not speak version 3 without encryption.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public void ShakeHands()
    {
        byte[] own = new byte[Greeting], theirs = new byte[Greeting];
        (own[0], own[9], own[10]) = (0xFF, 0x7F, 3);
        "NULL"u8.CopyTo(own.AsSpan(12));
        stream.Write(own);
        stream.ReadExactly(theirs);
        if (theirs[0] != 0xFF || (theirs[9] & 1) == 0 || theirs[10] < 3 || !theirs.AsSpan(12, 20).SequenceEqual(own.AsSpan(12, 20)))
            throw new InvalidDataException("the peer does not speak ZMTP 3 without encryption");
        WriteFrame(Command, Ready);
    }

    /// <summary>The frames of the next message; commands in between (the peer's READY) are passed over.</summary>
    /// <exception cref="InvalidDataException">The message is too long.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public IReadOnlyList<byte[]> Read()
    {
        var frames = new List<byte[]>();
        long left = longestMessage;
        while (true)
        {
            byte flags = ReadBytes(1)[0];
            ulong length = (flags & Long) != 0 ? BinaryPrimitives.ReadUInt64BigEndian(ReadBytes(8)) : ReadBytes(1)[0];
            // Every frame counts for something, or empty ones without end would be kept.
            if (length + 16 > (ulong)left) throw new InvalidDataException("the message is too long");
            left -= (long)length + 16;
            byte[] frame = ReadBytes((int)length);
            if ((flags & Command) != 0) continue;
            frames.Add(frame);
            if ((flags & More) == 0) return frames;
        }
    }

    /// <summary>Sends a message; may be called on any thread.</summary>
    /// <exception cref="IOException">The connection broke, or the peer does not take what is sent.</exception>
    public void Write(IReadOnlyList<byte[]> frames)
    {
        lock (writing)
            for (int i = 0; i < frames.Count; i++) WriteFrame(i < frames.Count - 1 ? More : (byte)0, frames[i]);
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    private byte[] ReadBytes(int count)
    {
        byte[] bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private void WriteFrame(byte flags, byte[] frame)
    {
        byte[] head = frame.Length <= byte.MaxValue ? [flags, (byte)frame.Length] : [(byte)(flags | Long), 0, 0, 0, 0, 0, 0, 0, 0];
        if (frame.Length > byte.MaxValue) BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(1), (ulong)frame.Length);
        stream.Write([.. head, .. frame]);
    }
}
