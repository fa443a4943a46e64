namespace Svae.Workbench.Data;

/// <summary>Passes a stream through and keeps the CRC-32 (that of zip, polynomial 0xEDB88320) of all that was read.</summary>
internal sealed class ChecksumStream(Stream inner) : Stream
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(n => Enumerable.Range(0, 8)
        .Aggregate((uint)n, (crc, _) => (crc & 1) == 0 ? crc >> 1 : 0xEDB88320 ^ (crc >> 1)))];

    private uint state = uint.MaxValue;

    /// <summary>The checksum so far.</summary>
    public uint Checksum => ~state;

    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        uint crc = state;
        foreach (byte b in buffer[..read]) crc = Table[(byte)(crc ^ b)] ^ (crc >> 8);
        state = crc;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
