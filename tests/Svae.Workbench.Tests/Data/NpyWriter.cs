using System.IO.Compression;
using System.Text;

namespace Svae.Workbench.Tests.Data;

/// <summary>Writes NumPy files by the letter of the format, independently of the reader.</summary>
internal static class NpyWriter
{
    public static byte[] Array(string descr, string shape, byte[] data, bool fortran = false, byte version = 1)
    {
        string header = $"{{'descr': '{descr}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': {shape}, }}";
        int prefix = version == 1 ? 10 : 12;
        header = header.PadRight((header.Length + prefix + 1 + 63) / 64 * 64 - prefix - 1) + "\n";
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)header.Length) : BitConverter.GetBytes((uint)header.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. Encoding.UTF8.GetBytes(header), .. data];
    }

    public static byte[] Floats(string shape, params float[] values) => Array("<f4", shape, [.. values.SelectMany(BitConverter.GetBytes)]);

    public static byte[] Ints(string shape, params int[] values) => Array("<i4", shape, [.. values.SelectMany(BitConverter.GetBytes)]);

    public static byte[] Unicode(int width, params string[] values) =>
        Array($"<U{width}", $"({values.Length},)", [.. values.SelectMany(v => Encoding.UTF32.GetBytes(v.PadRight(width, '\0')))]);

    public static byte[] Archive(params (string Name, byte[] Array)[] arrays) => Archive(CompressionLevel.Optimal, arrays);

    public static byte[] Archive(CompressionLevel level, params (string Name, byte[] Array)[] arrays)
    {
        using MemoryStream memory = new();
        using (ZipArchive zip = new(memory, ZipArchiveMode.Create, leaveOpen: true))
            foreach ((string name, byte[] array) in arrays)
            {
                using Stream entry = zip.CreateEntry(name + ".npy", level).Open();
                entry.Write(array);
            }
        return memory.ToArray();
    }
}
