using System.Buffers.Binary;

namespace Svae.Workbench.Data;

/// <summary>
/// An HDF5 file as a stream that a damaged file cannot lead round in circles: it refuses what is cut short, and it ends
/// once far more has been read than a file of this size could need. Reading stops when cancelled.
/// </summary>
internal sealed class Hdf5Stream : Stream
{
    private const int ReadsPerKilobyte = 64;
    private const int ReadsAtLeast = 1_000_000;
    private const long TimesOver = 16;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A];

    private readonly FileStream file;
    private readonly CancellationToken cancel;
    private long reads, bytes;

    private Hdf5Stream(FileStream file, CancellationToken cancel)
    {
        this.file = file;
        this.cancel = cancel;
        reads = ReadsAtLeast + file.Length / 1024 * ReadsPerKilobyte;
        bytes = (file.Length + (1 << 20)) * TimesOver;
    }

    /// <summary>Opens a file after a look at its superblock.</summary>
    /// <exception cref="RecordingFault">It is no HDF5 file, or shorter than its superblock says.</exception>
    public static Hdf5Stream Open(string path, CancellationToken cancel)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        try
        {
            RequireWhole(file);
            file.Position = 0;
            return new Hdf5Stream(file, cancel);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The superblock (HDF5 format specification III.A) holds the address of the file's end.</summary>
    private static void RequireWhole(FileStream file)
    {
        Span<byte> block = stackalloc byte[64];
        for (long at = 0; at + 8 <= file.Length && at <= 1 << 20; at = at == 0 ? 512 : at * 2)
        {
            block.Clear();
            file.Position = at;
            file.ReadAtLeast(block, block.Length, throwOnEndOfStream: false);
            if (!block.StartsWith(Signature)) continue;
            int version = block[8];
            (int sizeOffset, int endOffset) = version switch { 0 => (13, 24 + 16), 1 => (13, 28 + 16), _ => (9, 12 + 16) };
            if (block[sizeOffset] != 8) return;     // addresses of another size: let the reader judge
            ulong end = BinaryPrimitives.ReadUInt64LittleEndian(block[endOffset..]);
            if (end > (ulong)file.Length)
                throw new RecordingFault("", $"is cut short: {file.Length:N0} of {end:N0} bytes are there");
            return;
        }
        throw new RecordingFault("", "is not an HDF5 file (it does not begin with the HDF5 signature)");
    }

    private int Count(int read)
    {
        cancel.ThrowIfCancellationRequested();
        if (--reads < 0 || (bytes -= read) < 0) throw new RecordingFault("", "is damaged: its parts point at each other in a circle");
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Count(file.Read(buffer, offset, count));
    public override int Read(Span<byte> buffer) => Count(file.Read(buffer));
    public override int ReadByte()
    {
        Count(1);
        return file.ReadByte();
    }

    public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);
    public override long Position { get => file.Position; set => file.Position = value; }
    public override long Length => file.Length;
    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override void Flush() { }
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) file.Dispose();
        base.Dispose(disposing);
    }
}
