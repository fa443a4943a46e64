using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Svae.Workbench.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Learning;

/// <summary>
/// One file with named tensors and a manifest: a ZIP of NumPy arrays and one JSON document, which other programs can read as well
/// (<c>numpy.load(zip.open("….npy"))</c>).
/// </summary>
/// <param name="Manifest">What it is, in words and numbers.</param>
/// <param name="Tensors">The tensors by name, on the CPU.</param>
internal sealed record TensorArchive(JsonObject Manifest, IReadOnlyDictionary<string, Tensor> Tensors)
{
    private const string ManifestName = "manifest.json";

    /// <summary>Writes the file in full beside its place, then moves it there.</summary>
    public void Write(string path)
    {
        string unfinished = path + ".part";
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        using (var zip = new ZipArchive(File.Create(unfinished), ZipArchiveMode.Create))
        {
            using (var writer = new StreamWriter(zip.CreateEntry(ManifestName).Open()))
                writer.Write(Manifest.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
            foreach (var (name, value) in Tensors)
            {
                using Stream entry = zip.CreateEntry(name + ".npy", CompressionLevel.NoCompression).Open();
                WriteArray(entry, value);
            }
        }
        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>Reads the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">What its manifest must say it is.</param>
    /// <param name="version">The newest version that can be read.</param>
    /// <exception cref="UserInputException">There is no such file, or it is damaged, of another kind, or of a newer version.</exception>
    public static TensorArchive Read(string path, string kind, int version)
    {
        if (!File.Exists(path)) throw new UserInputException($"{path}: there is no such file");
        try
        {
            using ZipArchive zip = ZipFile.OpenRead(path);
            ZipArchiveEntry entry = zip.GetEntry(ManifestName) ?? throw new UserInputException($"{path}: is not a {kind} file; it has no manifest");
            using var reader = new StreamReader(entry.Open());
            JsonObject manifest = JsonNode.Parse(reader.ReadToEnd())!.AsObject();
            RequireKind(path, manifest, kind, version);
            return new TensorArchive(manifest, zip.Entries.Where(e => e.Name.EndsWith(".npy")).ToDictionary(e => e.FullName[..^4], ReadArray));
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or IOException or RecordingFault or InvalidOperationException or NullReferenceException)
        {
            throw new UserInputException($"{path}: is damaged or not a {kind} file ({e.Message})", e);
        }
    }

    private static void RequireKind(string path, JsonObject manifest, string kind, int version)
    {
        string? found = (string?)manifest["kind"];
        if (found != kind) throw new UserInputException($"{path}: expected a {kind} file, this is a {found ?? "file of unknown kind"}");
        int written = (int?)manifest["version"] ?? 0;
        if (written > version) throw new UserInputException($"{path}: was written by a newer release (format {written}, readable up to {version}); update Svae.Workbench");
    }

    private static void WriteArray(Stream stream, Tensor value)
    {
        using Tensor local = value.detach().cpu().contiguous();
        string type = local.dtype switch
        {
            ScalarType.Float32 => "<f4", ScalarType.Float64 => "<f8", ScalarType.Int64 => "<i8", ScalarType.Int32 => "<i4", ScalarType.Byte => "|u1",
            _ => throw new ArgumentException($"tensor: {local.dtype} cannot be kept; convert it to float32, float64, int32, int64 or uint8"),
        };
        string axes = string.Concat(local.shape.Select(n => $"{n},"));
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({axes}), }}";
        header = header.PadRight((header.Length + 10 + 1 + 63) / 64 * 64 - 11) + "\n";
        stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)(header.Length & 255), (byte)(header.Length >> 8), .. Encoding.ASCII.GetBytes(header)]);
        stream.Write(local.bytes);
    }

    private static Tensor ReadArray(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        NpyArray array = NpyArray.Read(stream, entry.FullName, entry.Length);
        ScalarType type = (array.Kind, array.ItemSize) switch
        {
            ('f', 4) => ScalarType.Float32, ('f', 8) => ScalarType.Float64, ('i', 8) => ScalarType.Int64, ('i', 4) => ScalarType.Int32, ('u', 1) => ScalarType.Byte,
            _ => throw new RecordingFault(entry.FullName, $"has the unexpected type {array.Kind}{array.ItemSize}"),
        };
        Tensor value = empty(array.Shape, type);
        array.Data.CopyTo(value.bytes);
        return value;
    }
}
