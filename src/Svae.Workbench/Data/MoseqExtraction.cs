using PureHDF;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>
/// The file a MoSeq extraction leaves, <c>results_00.h5</c>: <c>frames [T, H, W]</c> in millimetres, <c>timestamps [T]</c> in
/// milliseconds, <c>scalars/*</c>, <c>metadata/*</c>. Ours may hold the truth as well: <c>labels [T]</c>, <c>label_names</c>,
/// <c>pose [T, P]</c>, <c>pose_names</c>.
/// </summary>
public static partial class MoseqExtraction
{
    private const int DeepestMetadata = 8;
    private const int DeflateLimit = 1100;      // deflate cannot compress further than about 1,032 to 1

    /// <summary>Reads one extraction.</summary>
    /// <exception cref="RecordingFault">It is something else, or damaged.</exception>
    internal static Recording Read(string path, CancellationToken cancel)
    {
        using Hdf5Stream stream = Hdf5Stream.Open(path, cancel);
        using var scope = NewDisposeScope();
        IH5Group file = OpenFile(stream);
        IH5Dataset frames = RequireFrames(file);
        (Tensor heights, bool[]? missing) = ReadFrames(frames, stream.Length);
        int length = (int)heights.shape[0];
        double[]? timestamps = Timestamps(file, length);
        (int[]? labels, string[]? names) = Labels(file, length);
        (Tensor? pose, string[]? poseNames) = Pose(file, length);
        Dictionary<string, string> metadata = [];
        if (Child(file, "metadata") is IH5Group group) AddMetadata(group, "", metadata, DeepestMetadata);
        heights.MoveToOuterDisposeScope();
        pose?.MoveToOuterDisposeScope();
        return new Recording
        {
            Name = RecordingNames.Stem(path),
            Source = path,
            Frames = heights,
            Missing = missing,
            FrameRate = FrameRate(timestamps),
            Timestamps = timestamps,
            Scalars = Scalars(file, length),
            Metadata = metadata,
            Labels = labels,
            LabelNames = names,
            Pose = pose,
            PoseNames = poseNames,
        };
    }

    private static IH5Group OpenFile(Stream stream)
    {
        try
        {
            return H5File.Open(stream, leaveOpen: true);
        }
        catch (Exception e) when (e is not (RecordingFault or OperationCanceledException))
        {
            throw new RecordingFault("", $"is damaged; its root cannot be read ({e.Message})");
        }
    }

    private static IH5Dataset RequireFrames(IH5Group file)
    {
        string[] children = Guarded("/", () => file.Children().Select(c => c.Name).Take(100).ToArray());
        if (!children.Contains("frames"))
        {
            string holds = children.Length == 0 ? "nothing" : string.Join(", ", children.Take(8));
            string guess = children.Any(c => c is "df_with_missing" or "keypoints") ? "; it looks like tracked points of DeepLabCut"
                : children.Contains("tracks") ? "; it looks like tracked points of SLEAP" : "";
            throw new RecordingFault("frames", $"is not there, so this is not a MoSeq extraction (the file holds: {holds}{guess})");
        }
        return Child(file, "frames") as IH5Dataset ?? throw new RecordingFault("frames", "is not a dataset; frames are an array [T, H, W]");
    }

    private static (Tensor Frames, bool[]? Missing) ReadFrames(IH5Dataset frames, long fileLength)
    {
        if (!Hdf5Values.IsNumeric(frames))
            throw new RecordingFault("frames", $"has type {Hdf5Values.TypeName(frames)}; frames are uint8 or uint16 millimetres");
        long[] shape = Hdf5Values.Shape(frames);
        DepthFrames.Require("frames", shape, frames.Type.Size);
        long bytes = shape[0] * shape[1] * shape[2] * frames.Type.Size;
        if (bytes / DeflateLimit > fileLength)
            throw new RecordingFault("frames", $"promises {bytes:N0} bytes, which a file of {fileLength:N0} bytes cannot hold");
        return frames.Type switch
        {
            { Class: H5DataTypeClass.FixedPoint, Size: 1, FixedPoint.IsSigned: false } =>
                (DepthFrames.FromBytes(Guarded("frames", () => frames.Read<byte[]>()), shape), null),
            { Class: H5DataTypeClass.FixedPoint, Size: 2, FixedPoint.IsSigned: false } =>
                (DepthFrames.FromUInt16(Guarded("frames", () => frames.Read<ushort[]>()), shape), null),
            _ => DepthFrames.FromNumbers("frames", Array.ConvertAll(Hdf5Values.Numbers(frames, "frames"), v => (float)v), shape),
        };
    }

    private static double[]? Timestamps(IH5Group file, int length)
    {
        if (Optional(file, "timestamps") is not { } dataset) return null;
        double[] stamps = PerFrame(dataset, "timestamps", length);
        double step = MedianStep(stamps);
        double unit = step is > 0 and < 1 ? 1 : 1e-3;       // milliseconds, unless frames would then be less than one apart
        return Array.ConvertAll(stamps, s => s * unit);
    }

    private static double FrameRate(double[]? timestamps)
    {
        double step = timestamps is null ? 0 : MedianStep(timestamps);
        return step > 0 && double.IsFinite(step) ? Math.Round(1 / step, 3) : 30;
    }

    private static double MedianStep(double[] stamps)
    {
        double[] steps = [.. stamps.Zip(stamps.Skip(1), (a, b) => b - a).Order()];
        return steps.Length == 0 ? 0 : steps[steps.Length / 2];
    }

    private static Dictionary<string, float[]> Scalars(IH5Group file, int length)
    {
        Dictionary<string, float[]> scalars = [];
        if (Child(file, "scalars") is not IH5Group group) return scalars;
        foreach (IH5Dataset dataset in Guarded("scalars", () => group.Children().OfType<IH5Dataset>().Take(1000).ToArray()))
        {
            bool perFrame = Hdf5Values.IsNumeric(dataset) && Hdf5Values.Shape(dataset) is [var n] && n == length;
            if (perFrame) scalars[dataset.Name] = Array.ConvertAll(Hdf5Values.Numbers(dataset, $"scalars/{dataset.Name}"), v => (float)v);
        }
        return scalars;
    }

    private static (int[]? Labels, string[]? Names) Labels(IH5Group file, int length)
    {
        if (Optional(file, "labels") is not { } dataset) return (null, null);
        double[] labels = PerFrame(dataset, "labels", length);
        if (labels.Any(v => v != Math.Round(v))) throw new RecordingFault("labels", "holds fractions; labels are whole numbers");
        return TrueLabels.Compact(Array.ConvertAll(labels, v => (long)v), Names(file, "label_names"));
    }

    private static (Tensor? Pose, string[]? Names) Pose(IH5Group file, int length)
    {
        if (Optional(file, "pose") is not { } dataset) return (null, null);
        if (Hdf5Values.Shape(dataset) is not [var rows, var columns] || rows != length || columns > 1000)
            throw new RecordingFault("pose", $"has shape [{string.Join(", ", Hdf5Values.Shape(dataset))}]; expected [{length}, P]");
        float[] pose = Array.ConvertAll(Hdf5Values.Numbers(dataset, "pose"), v => (float)v);
        return (tensor(pose, [rows, columns]), Names(file, "pose_names"));
    }

    private static string[]? Names(IH5Group file, string name) =>
        Optional(file, name) is { } dataset ? Guarded(name, () => Hdf5Values.Strings(dataset)) : null;

    private static void AddMetadata(IH5Group group, string path, Dictionary<string, string> metadata, int depth)
    {
        try
        {
            foreach (IH5Object child in group.Children().Take(1000))
            {
                if (child is IH5Group inner && depth > 0) AddMetadata(inner, $"{path}{inner.Name}/", metadata, depth - 1);
                else if (child is IH5Dataset dataset && Hdf5Values.Text(dataset) is { } text) metadata[path + dataset.Name] = text;
            }
        }
        catch (Exception e) when (e is not (RecordingFault { Dataset: "" } or OperationCanceledException or OutOfMemoryException))
        {
            // Metadata is a courtesy: what cannot be read of it is left out.
        }
    }

    private static double[] PerFrame(IH5Dataset dataset, string name, int length) =>
        Hdf5Values.Shape(dataset) is [var n] && n == length ? Hdf5Values.Numbers(dataset, name)
            : throw new RecordingFault(name, $"has shape [{string.Join(", ", Hdf5Values.Shape(dataset))}], but there are {length} frames");

    private static IH5Dataset? Optional(IH5Group file, string name) =>
        Child(file, name) is IH5Dataset dataset && Hdf5Values.HasValues(dataset) ? dataset : null;

    private static IH5Object? Child(IH5Group group, string name) =>
        Guarded(name, () => group.LinkExists(name) ? group.Get(name) : null);

    private static T Guarded<T>(string dataset, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not (RecordingFault or OperationCanceledException or OutOfMemoryException))
        {
            throw Hdf5Values.Damage(dataset, e);
        }
    }
}
