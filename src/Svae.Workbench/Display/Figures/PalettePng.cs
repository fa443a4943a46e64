using System.Buffers.Binary;
using System.IO.Compression;
using SkiaSharp;

namespace Svae.Workbench.Display;

/// <summary>
/// PNG with at most 256 colours: a third to a quarter of the size of one with all, and drawings do not show the difference.
/// The most frequent colours are kept, then those farthest from all kept; each other one becomes the nearest of these.
/// </summary>
/// <remarks>Portable Network Graphics, third edition (W3C 2023), colour type 3, no filters.</remarks>
internal static class PalettePng
{
    private const int Most = 256, Frequent = 176;
    private static readonly uint[] crcTable = Enumerable.Range(0, 256).Select(n =>
    {
        uint c = (uint)n;
        for (int k = 0; k < 8; k++) c = (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
        return c;
    }).ToArray();

    public static byte[] Encode(SKBitmap bitmap)
    {
        uint[] pixels = Array.ConvertAll(bitmap.Pixels, p => (uint)p & 0xFFFFFF);
        uint[] palette = Choose(pixels, out var indexOf);
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, bitmap.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), bitmap.Height);
        (header[8], header[9]) = (8, 3);
        Chunk(file, "IHDR", header);
        Chunk(file, "PLTE", palette.SelectMany(c => new[] { (byte)(c >> 16), (byte)(c >> 8), (byte)c }).ToArray());
        Chunk(file, "IDAT", Rows(pixels, bitmap.Width, indexOf));
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private static uint[] Choose(uint[] pixels, out Dictionary<uint, byte> indexOf)
    {
        var counts = new Dictionary<uint, int>();
        foreach (uint pixel in pixels) System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, pixel, out _)++;
        uint[] colors = counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key).Select(c => c.Key).ToArray();
        uint[] palette = colors.Length <= Most ? colors : [.. colors.Take(Frequent), .. Outliers(colors)];
        indexOf = new Dictionary<uint, byte>(counts.Count);
        for (int i = 0; i < palette.Length; i++) indexOf[palette[i]] = (byte)i;
        foreach (uint color in colors)
            if (!indexOf.ContainsKey(color)) indexOf[color] = (byte)Nearest(palette, color);
        return palette;
    }

    /// <summary>One after the other the colour farthest from all chosen so far.</summary>
    private static IEnumerable<uint> Outliers(uint[] colors)
    {
        uint[] chosen = colors[..Frequent];
        int[] distance = Array.ConvertAll(colors, c => Distance(chosen[Nearest(chosen, c)], c));
        for (int n = Frequent; n < Most; n++)
        {
            uint next = colors[Array.IndexOf(distance, distance.Max())];
            for (int i = 0; i < colors.Length; i++) distance[i] = Math.Min(distance[i], Distance(next, colors[i]));
            yield return next;
        }
    }

    private static int Distance(uint a, uint b)
    {
        int red = (int)(a >> 16 & 255) - (int)(b >> 16 & 255), green = (int)(a >> 8 & 255) - (int)(b >> 8 & 255),
            blue = (int)(a & 255) - (int)(b & 255);
        return 3 * red * red + 6 * green * green + blue * blue;
    }

    private static int Nearest(uint[] palette, uint color)
    {
        int best = 0, least = int.MaxValue;
        for (int i = 0; i < palette.Length; i++)
            if (Distance(palette[i], color) is var distance && distance < least) (best, least) = (i, distance);
        return best;
    }

    private static byte[] Rows(uint[] pixels, int width, Dictionary<uint, byte> indexOf)
    {
        var rows = new byte[pixels.Length + pixels.Length / width];
        for (int from = 0, at = 0; from < pixels.Length; from += width)
        {
            rows[at++] = 0;
            for (int i = 0; i < width; i++) rows[at++] = indexOf[pixels[from + i]];
        }
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize)) zlib.Write(rows);
        return packed.ToArray();
    }

    private static void Chunk(Stream file, string type, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] body = [.. System.Text.Encoding.ASCII.GetBytes(type), .. data];
        file.Write(body);
        uint crc = uint.MaxValue;
        foreach (byte b in body) crc = crcTable[(crc ^ b) & 255] ^ (crc >> 8);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~crc);
        file.Write(number);
    }
}
