namespace Svae.Workbench.Data;

/// <summary>Reads a user's recordings: MoSeq extractions (HDF5) and NumPy arrays, whatever mixture of them.</summary>
public static class Recordings
{
    /// <summary>
    /// Loads every recording that can be read, and says in one line each why the others cannot. Extractions hold
    /// <c>frames [T, H, W]</c> and, if they like, <c>timestamps</c>, <c>scalars/*</c>, <c>metadata/*</c>, <c>labels</c>; an
    /// <c>.npz</c> or <c>.npy</c> holds frames <c>[T, H, W]</c> or features <c>[T, D]</c>.
    /// </summary>
    /// <param name="patterns">Files, folders and globs separated by <c>;</c>: <c>data/session*/proc/results_00.h5; more/**</c>.</param>
    /// <param name="progress">Told of every file.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <returns>Recordings in natural order; it throws for nothing that is in the files.</returns>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static RecordingSet Load(string patterns, IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        List<RecordingProblem> problems = [];
        List<Recording> loaded = [];
        IReadOnlyList<string> files = FilePatterns.Expand(patterns, problems);
        for (int i = 0; i < files.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            progress?.Report(new WorkProgress("reading recordings", (double)i / files.Count, files[i]));
            LoadFile(files[i], loaded, problems, cancel);
        }
        if (files.Count > 0) progress?.Report(new WorkProgress("reading recordings", 1, $"{loaded.Count} recordings"));
        return new RecordingSet(RecordingNames.Distinct(loaded), problems);
    }

    private static void LoadFile(string file, List<Recording> loaded, List<RecordingProblem> problems, CancellationToken cancel)
    {
        try
        {
            loaded.AddRange(Read(file, cancel));
        }
        catch (RecordingFault fault)
        {
            problems.Add(new(file, fault.Dataset, fault.Message));
        }
        catch (OutOfMemoryException)
        {
            problems.Add(new(file, "", "does not fit into memory"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(file, "", $"cannot be read: {e.Message}"));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A damaged file can trip a reader anywhere; the other recordings still load.
            problems.Add(new(file, "", $"is damaged ({e.GetType().Name}: {e.Message})"));
        }
    }

    private static IReadOnlyList<Recording> Read(string file, CancellationToken cancel)
    {
        byte[] start = new byte[8];
        int length;
        using (FileStream stream = File.OpenRead(file)) length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (length == 0) throw new RecordingFault("", "the file is empty");
        ReadOnlySpan<byte> signature = start.AsSpan(0, length);
        return Path.GetExtension(file).ToLowerInvariant() switch
        {
            ".h5" or ".hdf5" => [MoseqExtraction.Read(file, cancel)],
            ".npz" => NumpyRecordings.ReadArchive(file),
            ".npy" => NumpyRecordings.ReadArray(file),
            _ when length > 4 && signature[1..].StartsWith("HDF"u8) => [MoseqExtraction.Read(file, cancel)],
            _ when signature.StartsWith("PK"u8) => NumpyRecordings.ReadArchive(file),
            _ => throw new RecordingFault("", "is not a recording; readable are .h5 and .hdf5 (MoSeq extractions), .npz and .npy"),
        };
    }
}
