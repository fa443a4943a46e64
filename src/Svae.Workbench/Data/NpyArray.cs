using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Svae.Workbench.Data;

/// <summary>
/// One array in NumPy's own format, versions 1 to 3 (numpy.lib.format): magic, version, header length, a Python dictionary
/// with <c>descr</c>, <c>fortran_order</c> and <c>shape</c>, then the raw values. Held here in C order, in the file's byte order.
/// </summary>
/// <param name="Name">What to call it in a message.</param>
/// <param name="Kind">NumPy's letter: f float, i and u integer, b boolean, S bytes, U Unicode.</param>
/// <param name="ItemSize">Bytes an entry.</param>
/// <param name="BigEndian">Is the highest byte first?</param>
/// <param name="Shape">The length of each axis; empty for a single number.</param>
/// <param name="Data">The values, last axis fastest.</param>
internal sealed partial record NpyArray(string Name, char Kind, int ItemSize, bool BigEndian, long[] Shape, byte[] Data)
{
    private const int LongestHeader = 1 << 20;

    /// <summary>Number of entries.</summary>
    public int Count => ItemSize == 0 ? 0 : Data.Length / ItemSize;

    /// <summary>Are the entries numbers?</summary>
    public bool IsNumeric => Kind is 'f' or 'i' or 'u' or 'b';

    /// <summary>Reads one array.</summary>
    /// <param name="stream">At the array's beginning.</param>
    /// <param name="name">What to call it in a message.</param>
    /// <param name="most">No more bytes than this can possibly follow; a header that promises more is refused.</param>
    /// <exception cref="RecordingFault">It is not such an array, ends too early, or holds what is not supported.</exception>
    public static NpyArray Read(Stream stream, string name, long most)
    {
        string header = ReadHeader(stream, name);
        Match descr = DescrPattern().Match(header), order = OrderPattern().Match(header), shape = ShapePattern().Match(header);
        if (!descr.Success || !order.Success || !shape.Success)
            throw new RecordingFault(name, header.Contains("'descr'") && !descr.Success
                ? "holds records or Python objects; only plain numbers and strings can be read" : "its array header is damaged");
        char kind = descr.Groups["kind"].Value[0];
        int size = ParseInt(descr.Groups["size"].Value, name) * (kind == 'U' ? 4 : 1);
        if (!Supported(kind, size))
            throw new RecordingFault(name, $"has type '{descr.Groups["all"].Value}'; readable are f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 bool and strings");
        long[] axes = [.. shape.Groups["axes"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(axis => (long)ParseInt(axis.TrimEnd('L'), name))];
        long bytes = TotalBytes(axes, size, name);
        if (bytes > most) throw new RecordingFault(name, $"is cut short: its header promises {bytes:N0} bytes of values, {most:N0} can follow");
        byte[] data = new byte[bytes];
        int read = stream.ReadAtLeast(data, data.Length, throwOnEndOfStream: false);
        if (read < data.Length) throw new RecordingFault(name, $"is cut short: {read:N0} of {data.Length:N0} bytes of values are there");
        bool fortran = order.Groups["order"].Value == "True";
        return new(name, kind, size, descr.Groups["endian"].Value == ">", axes, fortran ? ToCOrder(data, axes, size) : data);
    }

    /// <summary>All entries as float32.</summary>
    public float[] ToFloats()
    {
        var values = new float[Count];
        for (int i = 0; i < values.Length; i++) values[i] = Kind == 'f' ? (float)Float(i) : (float)Integer(i);
        return values;
    }

    /// <summary>All entries as whole numbers.</summary>
    /// <exception cref="RecordingFault">An entry is not one.</exception>
    public long[] ToIntegers()
    {
        var values = new long[Count];
        for (int i = 0; i < values.Length; i++)
        {
            double number = Kind == 'f' ? Float(i) : 0;
            if (Kind == 'f' && (number != Math.Round(number) || Math.Abs(number) > 1e15))
                throw new RecordingFault(Name, $"entry {i} is {number.ToString(CultureInfo.InvariantCulture)}, not a whole number");
            values[i] = Kind == 'f' ? (long)number : Integer(i);
        }
        return values;
    }

    /// <summary>All entries as text.</summary>
    public string[] ToStrings()
    {
        var texts = new string[Count];
        Encoding encoding = Kind == 'U' ? (BigEndian ? new UTF32Encoding(true, false) : Encoding.UTF32) : Encoding.UTF8;
        for (int i = 0; i < texts.Length; i++)
            texts[i] = IsNumeric ? Integer(i).ToString(CultureInfo.InvariantCulture)
                : encoding.GetString(Data, i * ItemSize, ItemSize).TrimEnd('\0');
        return texts;
    }

    private double Float(int i)
    {
        ReadOnlySpan<byte> at = Data.AsSpan(i * ItemSize, ItemSize);
        return (ItemSize, BigEndian) switch
        {
            (4, false) => BinaryPrimitives.ReadSingleLittleEndian(at),
            (4, true) => BinaryPrimitives.ReadSingleBigEndian(at),
            (8, false) => BinaryPrimitives.ReadDoubleLittleEndian(at),
            _ => BinaryPrimitives.ReadDoubleBigEndian(at),
        };
    }

    private long Integer(int i)
    {
        ReadOnlySpan<byte> at = Data.AsSpan(i * ItemSize, ItemSize);
        bool signed = Kind == 'i';
        return ItemSize switch
        {
            1 => signed ? (sbyte)at[0] : at[0],
            2 => BigEndian
                ? (signed ? BinaryPrimitives.ReadInt16BigEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at))
                : (signed ? BinaryPrimitives.ReadInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at)),
            4 => BigEndian
                ? (signed ? BinaryPrimitives.ReadInt32BigEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at))
                : (signed ? BinaryPrimitives.ReadInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at)),
            _ => BigEndian ? BinaryPrimitives.ReadInt64BigEndian(at) : BinaryPrimitives.ReadInt64LittleEndian(at),
        };
    }

    private static string ReadHeader(Stream stream, string name)
    {
        Span<byte> start = stackalloc byte[12];
        if (stream.ReadAtLeast(start[..10], 10, throwOnEndOfStream: false) < 10 || start[0] != 0x93 || !start[1..6].SequenceEqual("NUMPY"u8))
            throw new RecordingFault(name, "is not a NumPy array (it does not begin with the NumPy signature)");
        if (start[6] is < 1 or > 3) throw new RecordingFault(name, $"is of NumPy format version {start[6]}; versions 1 to 3 can be read");
        long length = BinaryPrimitives.ReadUInt16LittleEndian(start[8..]);
        if (start[6] > 1)
        {
            if (stream.ReadAtLeast(start[10..], 2, throwOnEndOfStream: false) < 2) throw new RecordingFault(name, "is cut short in its header");
            length = BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        }
        if (length > LongestHeader) throw new RecordingFault(name, "its array header is damaged");
        var text = new byte[length];
        if (stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false) < text.Length)
            throw new RecordingFault(name, "is cut short in its header");
        return Encoding.UTF8.GetString(text);
    }

    private static bool Supported(char kind, int size) => kind switch
    {
        'f' => size is 4 or 8,
        'i' or 'u' => size is 1 or 2 or 4 or 8,
        'b' => size == 1,
        _ => size is > 0 and <= 1 << 20,
    };

    private static int ParseInt(string digits, string name) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value : throw new RecordingFault(name, $"its array header is damaged (the number '{digits}')");

    private static long TotalBytes(long[] shape, int size, string name)
    {
        UInt128 total = (UInt128)size;
        foreach (long axis in shape) total = UInt128.Min(total * (UInt128)axis, UInt128.MaxValue >> 32);
        return total <= (UInt128)Array.MaxLength ? (long)total
            : throw new RecordingFault(name, $"has shape [{string.Join(", ", shape)}], more than one recording can hold (2 GB)");
    }

    /// <summary>First axis fastest → last axis fastest.</summary>
    private static byte[] ToCOrder(byte[] fortran, long[] shape, int size)
    {
        if (shape.Length < 2) return fortran;
        var result = new byte[fortran.Length];
        var index = new long[shape.Length];
        for (long to = 0, count = fortran.Length / size; to < count; to++)
        {
            long from = 0;
            for (int axis = shape.Length - 1; axis >= 0; axis--) from = from * shape[axis] + index[axis];
            fortran.AsSpan((int)(from * size), size).CopyTo(result.AsSpan((int)(to * size)));
            for (int axis = shape.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--) index[axis] = 0;
        }
        return result;
    }

    [GeneratedRegex(@"'descr'\s*:\s*'(?<all>(?<endian>[<>|=])(?<kind>[fiubSU])(?<size>\d{1,9}))'", RegexOptions.CultureInvariant)]
    private static partial Regex DescrPattern();

    [GeneratedRegex(@"'fortran_order'\s*:\s*(?<order>True|False)", RegexOptions.CultureInvariant)]
    private static partial Regex OrderPattern();

    [GeneratedRegex(@"'shape'\s*:\s*\((?<axes>[\d\sL,]*)\)", RegexOptions.CultureInvariant)]
    private static partial Regex ShapePattern();
}
