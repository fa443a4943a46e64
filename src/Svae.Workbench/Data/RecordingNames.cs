namespace Svae.Workbench.Data;

/// <summary>Short names for recordings out of their paths.</summary>
internal static class RecordingNames
{
    private static readonly string[] SaysNothing = ["proc", "results", "data"];

    /// <summary>
    /// The file's name without its ending; for an extraction, whose files are all called results_00, the folder that tells
    /// them apart: <c>session_3/proc/results_00.h5</c> is "session_3".
    /// </summary>
    public static string Stem(string path)
    {
        string stem = Path.GetFileNameWithoutExtension(path);
        if (!stem.StartsWith("results_", StringComparison.OrdinalIgnoreCase)) return stem;
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        while (folder is not null && SaysNothing.Contains(Path.GetFileName(folder).ToLowerInvariant())) folder = Path.GetDirectoryName(folder);
        string name = folder is null ? "" : Path.GetFileName(folder);
        return name.Length == 0 ? stem : name;
    }

    /// <summary>The same recordings, those of equal names told apart by their file and, if need be, a number.</summary>
    public static IReadOnlyList<Recording> Distinct(IReadOnlyList<Recording> recordings)
    {
        HashSet<string> twice = [.. recordings.GroupBy(r => r.Name).Where(g => g.Count() > 1).Select(g => g.Key)];
        HashSet<string> taken = [];
        return [.. recordings.Select(r => r with { Name = Free(twice.Contains(r.Name) ? WithFile(r) : r.Name, taken) })];
    }

    private static string WithFile(Recording recording)
    {
        string file = Path.GetFileNameWithoutExtension(recording.Source);
        string? folder = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(recording.Source)));
        return recording.Name.StartsWith(file, StringComparison.Ordinal) ? $"{folder}/{recording.Name}" : $"{recording.Name}/{file}";
    }

    private static string Free(string name, HashSet<string> taken)
    {
        string free = name;
        for (int n = 2; !taken.Add(free); n++) free = $"{name} ({n})";
        return free;
    }
}
