using System.Runtime.InteropServices;
using PureHDF;
using PureHDF.Filters;
using PureHDF.VOL.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

public static partial class MoseqExtraction
{
    private const int FramesPerChunk = 100;

    /// <summary>
    /// Writes a recording in the layout of an extraction: frames in compressed chunks, timestamps in milliseconds, scalars and
    /// metadata, and, where known, the true labels and pose. The file appears whole or not at all.
    /// </summary>
    /// <param name="path">Where to; an existing file is replaced.</param>
    /// <param name="recording">A recording with frames.</param>
    /// <exception cref="ArgumentException">The recording has no frames.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Recording recording)
    {
        Tensor frames = recording.Frames ?? throw new ArgumentException($"recording \"{recording.Name}\" has no frames; an extraction is depth video");
        H5File file = new()
        {
            ["frames"] = FramesDataset(frames),
            ["metadata"] = Metadata(recording.Metadata),
            ["scalars"] = Group(recording.Scalars.Select(s => (s.Key, (object)s.Value))),
        };
        if (recording.Timestamps is { } stamps) file["timestamps"] = Array.ConvertAll(stamps, s => s * 1000);
        if (recording.Labels is { } labels) file["labels"] = labels;
        if (recording.LabelNames is { } names) file["label_names"] = names.ToArray();
        if (recording.Pose is { } pose) file["pose"] = new H5Dataset(Values<float>(pose), fileDims: Dimensions(pose));
        if (recording.PoseNames is { } poseNames) file["pose_names"] = poseNames.ToArray();
        WriteWhole(path, file);
    }

    private static H5Dataset FramesDataset(Tensor frames)
    {
        H5DatasetCreation deflate = new(Filters: [DeflateFilter.Id]);
        uint[] chunks = [(uint)Math.Min(FramesPerChunk, frames.shape[0]), (uint)frames.shape[1], (uint)frames.shape[2]];
        object values = frames.dtype == ScalarType.Byte
            ? Values<byte>(frames) : Array.ConvertAll(Values<int>(frames.to(ScalarType.Int32)), v => (ushort)Math.Clamp(v, 0, ushort.MaxValue));
        return new H5Dataset(values, chunks: chunks, fileDims: Dimensions(frames), datasetCreation: deflate);
    }

    /// <summary>Keys are paths; every part but the last is a group.</summary>
    private static H5Group Metadata(IReadOnlyDictionary<string, string> metadata)
    {
        H5Group root = [];
        foreach ((string path, string text) in metadata)
        {
            string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            H5Group group = root;
            foreach (string part in parts[..^1])
            {
                if (!group.TryGetValue(part, out object? inner)) group[part] = inner = new H5Group();
                group = (H5Group)inner;
            }
            group[parts[^1]] = text;
        }
        return root;
    }

    private static H5Group Group(IEnumerable<(string Name, object Value)> entries)
    {
        H5Group group = [];
        foreach ((string name, object value) in entries) group[name.Replace('/', '_')] = value;
        return group;
    }

    private static ulong[] Dimensions(Tensor tensor) => Array.ConvertAll(tensor.shape, n => (ulong)n);

    private static T[] Values<T>(Tensor tensor) where T : unmanaged
    {
        using var scope = NewDisposeScope();
        return MemoryMarshal.Cast<byte, T>(tensor.cpu().contiguous().bytes).ToArray();
    }

    private static void WriteWhole(string path, H5File file)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        string partial = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.partial");
        try
        {
            file.Write(partial);
            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
