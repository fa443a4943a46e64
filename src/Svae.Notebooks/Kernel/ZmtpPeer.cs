using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Svae.Notebooks.Kernel;

/// <summary>
/// The other end of one connection in the ZeroMQ message transport protocol (ZMTP 3.0, rfc.zeromq.org/spec/23), for the side of a
/// ROUTER without encryption. Every call blocks: nothing here needs a thread of the pool.
/// </summary>
internal sealed class ZmtpPeer(Socket socket, int longestMessage) : IDisposable
{
    private const int Greeting = 64, LongestHandshake = 1 << 16, FrameCost = 16;
    private const byte More = 1, Long = 2, Command = 4;
    private static readonly byte[] Ready = [5, .. "READY"u8, 11, .. "Socket-Type"u8, 0, 0, 0, 6, .. "ROUTER"u8];
    private readonly NetworkStream stream = new(socket, ownsSocket: true);
    private readonly Lock writing = new();

    /// <summary>Agrees with the peer on version and mechanism.</summary>
    /// <returns>The identity that the peer wants to be addressed by; empty when it leaves that to the router.</returns>
    /// <exception cref="InvalidDataException">The peer does not speak version 3 without encryption.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public byte[] ShakeHands()
    {
        byte[] own = new byte[Greeting], theirs = new byte[Greeting];
        (own[0], own[9], own[10]) = (0xFF, 0x7F, 3);
        "NULL"u8.CopyTo(own.AsSpan(12));
        stream.Write(own);
        stream.ReadExactly(theirs);
        if (theirs[0] != 0xFF || (theirs[9] & 1) == 0 || theirs[10] < 3 || !theirs.AsSpan(12, 20).SequenceEqual(own.AsSpan(12, 20)))
            throw new InvalidDataException("the peer does not speak ZMTP 3 without encryption");
        WriteFrame(Command, Ready);
        var (flags, command) = ReadFrame(LongestHandshake);
        if ((flags & Command) == 0 || !command.AsSpan().StartsWith(Ready.AsSpan(0, 6))) throw new InvalidDataException("the peer does not say that it is ready");
        return IdentityIn(command.AsSpan(6));
    }

    /// <summary>The frames of the next message; commands in between are passed over.</summary>
    /// <exception cref="InvalidDataException">The message is too long.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public IReadOnlyList<byte[]> Read()
    {
        var frames = new List<byte[]>();
        long left = longestMessage;
        while (true)
        {
            var (flags, frame) = ReadFrame(left);
            // Every frame counts for something, or empty ones without end would be kept.
            left -= frame.Length + FrameCost;
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

    private (byte Flags, byte[] Body) ReadFrame(long longest)
    {
        byte flags = ReadBytes(1)[0];
        ulong length = (flags & Long) != 0 ? BinaryPrimitives.ReadUInt64BigEndian(ReadBytes(8)) : ReadBytes(1)[0];
        if (length + FrameCost > (ulong)Math.Max(0, longest)) throw new InvalidDataException("the message is too long");
        return (flags, ReadBytes((int)length));
    }

    // READY carries properties: a byte for the length of the name, the name, four bytes for the length of the value, the value.
    private static byte[] IdentityIn(ReadOnlySpan<byte> properties)
    {
        while (properties.Length > 0)
        {
            int name = 1 + properties[0];
            if (properties.Length < name + sizeof(int)) break;
            uint value = BinaryPrimitives.ReadUInt32BigEndian(properties[name..]);
            if (value > properties.Length - name - sizeof(int)) break;
            var content = properties.Slice(name + sizeof(int), (int)value);
            if (Encoding.ASCII.GetString(properties[1..name]).Equals("Identity", StringComparison.OrdinalIgnoreCase))
                return content is [0, ..] ? throw new InvalidDataException("an identity that begins with zero is the router's") : content.ToArray();
            properties = properties[(name + sizeof(int) + (int)value)..];
        }
        return properties.IsEmpty ? [] : throw new InvalidDataException("the peer's properties are cut off");
    }

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
