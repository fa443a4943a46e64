using System.Text;
using System.Text.RegularExpressions;

namespace Svae.Workbench.Data;

/// <summary>
/// What a user writes for "these recordings": files, folders and globs separated by <c>;</c>. A glob knows <c>*</c>, <c>?</c>,
/// <c>[abc]</c> and, for any depth of folders, <c>**</c>. A folder stands for every recording in it and below it.
/// </summary>
internal static class FilePatterns
{
    private static readonly string[] Extensions = [".h5", ".hdf5", ".npz", ".npy"];

    private static readonly EnumerationOptions OneFolder = new() { IgnoreInaccessible = true, AttributesToSkip = 0 };

    private static readonly EnumerationOptions AllBelow = new()
    {
        IgnoreInaccessible = true,
        AttributesToSkip = FileAttributes.ReparsePoint,     // a link to a parent would never end
        RecurseSubdirectories = true,
    };

    /// <summary>The files, each once, in natural order within their pattern; a problem for a pattern that matches nothing.</summary>
    public static IReadOnlyList<string> Expand(string patterns, List<RecordingProblem> problems)
    {
        List<string> files = [];
        HashSet<string> seen = [];
        string[] parts = patterns.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length == 0) problems.Add(new("recordings", "", "no file, folder or pattern was given"));
        foreach (string part in parts)
        {
            string pattern = Home(part.Trim('"', '\''));
            (IEnumerable<string> found, string nothing) = Find(pattern);
            string[] sorted = [.. found.Order(NaturalOrder.Instance)];
            if (sorted.Length == 0) problems.Add(new(pattern, "", nothing));
            files.AddRange(sorted.Where(file => seen.Add(Path.GetFullPath(file))));
        }
        return files;
    }

    private static (IEnumerable<string> Found, string Nothing) Find(string pattern)
    {
        string kinds = string.Join(", ", Extensions);
        try
        {
            if (File.Exists(pattern)) return ([pattern], "");
            if (Directory.Exists(pattern))
                return (Directory.EnumerateFiles(pattern, "*", AllBelow).Where(IsRecording).ToArray(), $"the folder holds no {kinds} file");
            if (pattern.IndexOfAny(['*', '?', '[']) < 0) return ([], "no such file or folder");
            string[] files = [.. Glob(pattern)];
            // A glob over everything means the recordings among it; one that names other files means just those.
            string[] recordings = [.. files.Where(IsRecording)];
            return (recordings.Length > 0 ? recordings : files, "no file matches this pattern");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return ([], e.Message);
        }
    }

    private static bool IsRecording(string file) => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant());

    private static IEnumerable<string> Glob(string pattern)
    {
        string slashed = OperatingSystem.IsWindows() ? pattern.Replace('\\', '/') : pattern;
        string root = Path.GetPathRoot(slashed) ?? "";
        string[] segments = slashed[root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<string> folders = [root];
        for (int i = 0; i < segments.Length - 1; i++)
        {
            string segment = segments[i];
            folders = folders.SelectMany(folder => Folders(folder, segment)).Distinct().ToArray();
        }
        string last = segments[^1];
        if (last == "**") return folders.SelectMany(folder => Directory.EnumerateFiles(Here(folder), "*", AllBelow));
        Regex name = Matcher(last);
        return folders.SelectMany(folder => Directory.EnumerateFiles(Here(folder), "*", OneFolder)
            .Where(file => name.IsMatch(Path.GetFileName(file))).Select(file => Path.Combine(folder, Path.GetFileName(file))))
            .Concat(folders.SelectMany(folder => Folders(folder, last)).Where(_ => last != "..")
                .SelectMany(folder => Directory.EnumerateFiles(folder, "*", AllBelow).Where(IsRecording)));
    }

    private static IEnumerable<string> Folders(string folder, string segment)
    {
        if (segment == "**") return [folder, .. Directory.EnumerateDirectories(Here(folder), "*", AllBelow)];
        if (segment.IndexOfAny(['*', '?', '[']) < 0)
        {
            string next = Path.Combine(folder, segment);
            return Directory.Exists(next) ? [next] : [];
        }
        Regex name = Matcher(segment);
        return Directory.EnumerateDirectories(Here(folder), "*", OneFolder)
            .Select(path => Path.GetFileName(path)).Where(child => name.IsMatch(child)).Select(child => Path.Combine(folder, child));
    }

    private static string Here(string folder) => folder.Length == 0 ? "." : folder;

    private static string Home(string path) => path == "~" || path.StartsWith("~/", StringComparison.Ordinal)
        ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..] : path;

    /// <summary>One path segment of a glob as a regular expression. A leading dot has to be written out, as in a shell.</summary>
    private static Regex Matcher(string segment)
    {
        StringBuilder expression = new(segment[0] == '.' ? "^" : "^(?!\\.)");
        for (int i = 0; i < segment.Length; i++)
        {
            int close = segment[i] == '[' ? segment.IndexOf(']', Math.Min(i + 2, segment.Length)) : -1;
            if (close > 0)
            {
                string set = segment[(i + 1)..close].Replace("\\", "\\\\").Replace("[", "\\[");
                expression.Append('[').Append(set[0] == '!' ? "^" + set[1..] : set).Append(']');
                i = close;
            }
            else
            {
                expression.Append(segment[i] switch { '*' => ".*", '?' => ".", char c => Regex.Escape(c.ToString()) });
            }
        }
        return new Regex(expression.Append('$').ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline);
    }
}
