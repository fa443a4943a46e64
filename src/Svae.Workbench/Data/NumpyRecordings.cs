using System.IO.Compression;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>
/// Recordings in NumPy files. A <c>.npy</c> is one recording: frames <c>[T, H, W]</c> or features <c>[T, D]</c>. A <c>.npz</c>
/// may add labels (<c>labels</c> or <c>TrueZ</c>, <c>[T]</c>), their names (<c>*state_names</c> or <c>label_names</c>) and where
/// to cut it into sequences (<c>doc_range</c>, the <c>N + 1</c> borders, or <c>lengths</c>).
/// </summary>
internal static class NumpyRecordings
{
    private static readonly string[] DataNames = ["frames", "features", "X", "data", "Y"];
    private static readonly string[] LabelNames = ["labels", "TrueZ", "true_labels", "z"];
    private const int DeflateLimit = 1100;      // deflate cannot compress further than about 1,032 to 1

    /// <summary>Reads a <c>.npy</c> file.</summary>
    public static IReadOnlyList<Recording> ReadArray(string path)
    {
        using FileStream stream = File.OpenRead(path);
        NpyArray data = NpyArray.Read(stream, "", stream.Length);
        return Build(path, new Dictionary<string, NpyArray> { [""] = data }, data);
    }

    /// <summary>Reads a <c>.npz</c> file.</summary>
    public static IReadOnlyList<Recording> ReadArchive(string path)
    {
        using FileStream stream = File.OpenRead(path);
        using ZipArchive zip = Open(stream);
        Dictionary<string, ZipArchiveEntry> entries = [];
        foreach (ZipArchiveEntry entry in zip.Entries)
            if (entry.FullName.EndsWith(".npy", StringComparison.Ordinal)) entries[entry.FullName[..^4]] = entry;
        if (entries.Count == 0) throw new RecordingFault("", "holds no arrays");

        // What describes the data is small and read first; arrays with other names are read only to find the data by its shape.
        Dictionary<string, NpyArray> arrays = [];
        string? named = DataNames.FirstOrDefault(entries.ContainsKey);
        foreach ((string name, ZipArchiveEntry entry) in entries)
            if (named is null || name == named || IsDescription(name)) Add(arrays, name, entry, required: named is not null);
        NpyArray data = named is not null ? arrays[named] : OnlyMatrix(arrays, entries.Keys);
        return Build(path, arrays, data);
    }

    private static bool IsDescription(string name) => LabelNames.Contains(name) || name.EndsWith("state_names", StringComparison.Ordinal)
        || name is "label_names" or "doc_range" or "lengths" or "fps" or "frame_rate";

    private static ZipArchive Open(Stream stream)
    {
        Span<byte> start = stackalloc byte[2];
        if (stream.ReadAtLeast(start, 2, throwOnEndOfStream: false) < 2 || !start.SequenceEqual("PK"u8))
            throw new RecordingFault("", "is not an .npz file (it does not begin with the zip signature)");
        stream.Position = 0;
        try
        {
            ZipArchive zip = new(stream, ZipArchiveMode.Read);
            _ = zip.Entries;    // reads the directory
            return zip;
        }
        catch (InvalidDataException)
        {
            throw new RecordingFault("", "is a damaged or cut-short .npz file (the zip directory at its end is missing or wrong)");
        }
    }

    private static void Add(Dictionary<string, NpyArray> arrays, string name, ZipArchiveEntry entry, bool required)
    {
        try
        {
            using Stream unpacked = entry.Open();
            using ChecksumStream stream = new(unpacked);
            NpyArray array = NpyArray.Read(stream, name, Math.Max(0, entry.CompressedLength) * DeflateLimit + DeflateLimit);
            if (stream.Checksum != entry.Crc32) throw new RecordingFault(name, "is damaged: its checksum is not the one in the zip directory");
            arrays[name] = array;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new RecordingFault(name, $"cannot be read: {e.Message}");
        }
        catch (RecordingFault) when (!required)
        {
            // One of several nameless arrays; it is not what is looked for.
        }
    }

    private static NpyArray OnlyMatrix(Dictionary<string, NpyArray> arrays, IEnumerable<string> all)
    {
        NpyArray[] matrices = [.. arrays.Values.Where(a => a.IsNumeric && a.Shape.Length is 2 or 3)];
        return matrices.Length == 1 ? matrices[0] : throw new RecordingFault("",
            $"holds {(matrices.Length == 0 ? "no array" : "several arrays")} of shape [T, H, W] or [T, D]; name one of them " +
            $"\"frames\" or \"features\" (it holds: {string.Join(", ", all.Order(NaturalOrder.Instance).Take(12))})");
    }

    private static IReadOnlyList<Recording> Build(string path, Dictionary<string, NpyArray> arrays, NpyArray data)
    {
        string text = $"[{string.Join(", ", data.Shape)}]";
        if (!data.IsNumeric) throw new RecordingFault(data.Name, "holds text, not numbers");
        if (data.Shape.Length is not (2 or 3) || (data.Name == "frames" && data.Shape.Length != 3))
            throw new RecordingFault(data.Name, $"has shape {text}; frames are [T, H, W] and features [T, D]");
        if (data.Shape.Any(n => n == 0)) throw new RecordingFault(data.Name, $"has shape {text}: nothing in it");
        int length = (int)Math.Min(data.Shape[0], int.MaxValue);
        (int[]? labels, string[]? names) = Labels(arrays, length);
        using var scope = NewDisposeScope();
        Recording whole = (data.Shape.Length == 3 ? Frames(path, data) : Features(path, data)) with
        {
            Labels = labels,
            LabelNames = names,
            FrameRate = FrameRate(arrays),
        };
        IReadOnlyList<Recording> parts = Cut(whole, Borders(arrays, length));
        foreach (Recording part in parts) (part.Frames ?? part.Features)!.MoveToOuterDisposeScope();
        return parts;
    }

    private static Recording Frames(string path, NpyArray data)
    {
        DepthFrames.Require(data.Name, data.Shape, data.ItemSize);
        (Tensor frames, bool[]? missing) = data is { Kind: 'u', ItemSize: 1 }
            ? (DepthFrames.FromBytes(data.Data, data.Shape), null)
            : DepthFrames.FromNumbers(data.Name, data.ToFloats(), data.Shape);
        return new Recording { Name = RecordingNames.Stem(path), Source = path, Frames = frames, Missing = missing };
    }

    private static Recording Features(string path, NpyArray data)
    {
        float[] values = data.ToFloats();
        bool[]? missing = MissingValues.ZeroOut(values, (int)data.Shape[0]);
        MissingValues.RequireSome(data.Name, missing);
        return new Recording { Name = RecordingNames.Stem(path), Source = path, Features = tensor(values, data.Shape), Missing = missing };
    }

    private static (int[]? Labels, string[]? Names) Labels(Dictionary<string, NpyArray> arrays, int length)
    {
        NpyArray? labels = LabelNames.Select(n => arrays.GetValueOrDefault(n)).FirstOrDefault(a => a is not null);
        if (labels is null) return (null, null);
        if (!labels.IsNumeric || labels.Count != length)
            throw new RecordingFault(labels.Name, $"has shape [{string.Join(", ", labels.Shape)}]; labels are {length} whole numbers, one a frame");
        NpyArray? names = arrays.FirstOrDefault(a => a.Key.EndsWith("state_names", StringComparison.Ordinal) || a.Key == "label_names").Value;
        return TrueLabels.Compact(labels.ToIntegers(), names?.ToStrings());
    }

    private static double FrameRate(Dictionary<string, NpyArray> arrays)
    {
        NpyArray? rate = arrays.GetValueOrDefault("fps") ?? arrays.GetValueOrDefault("frame_rate");
        float value = rate is { IsNumeric: true, Count: 1 } ? rate.ToFloats()[0] : 30;
        return float.IsFinite(value) && value > 0 ? value : 30;
    }

    private static int[] Borders(Dictionary<string, NpyArray> arrays, int length)
    {
        NpyArray? borders = arrays.GetValueOrDefault("doc_range"), lengths = arrays.GetValueOrDefault("lengths");
        if (borders is null && lengths is null) return [0, length];
        NpyArray source = (borders ?? lengths)!;
        long[] cuts = source.IsNumeric ? source.ToIntegers() : [];
        if (borders is null) cuts = [0, .. cuts.Select((_, i) => cuts.Take(i + 1).Sum())];
        bool right = cuts.Length >= 2 && cuts[0] == 0 && cuts[^1] == length && cuts.Zip(cuts.Skip(1)).All(p => p.First < p.Second);
        return right ? [.. cuts.Select(c => (int)c)] : throw new RecordingFault(source.Name, borders is not null
            ? $"must rise from 0 to the number of frames, {length}" : $"must be positive lengths that sum to the number of frames, {length}");
    }

    private static IReadOnlyList<Recording> Cut(Recording whole, int[] borders)
    {
        if (borders.Length == 2) return [whole];
        return [.. borders.Zip(borders.Skip(1)).Select((range, i) => whole with
        {
            Name = $"{whole.Name}[{i}]",
            Frames = whole.Frames?[range.First..range.Second].clone(),
            Features = whole.Features?[range.First..range.Second].clone(),
            Labels = whole.Labels?[range.First..range.Second],
            Missing = whole.Missing?[range.First..range.Second],
        })];
    }
}
