namespace Svae.Notebooks.Execution;

/// <summary>
/// Where a notebook's result files go. While it runs they gather in a folder beside; only a run that succeeds moves them to
/// their place, file by file, over those of a former run.
/// </summary>
internal sealed class ResultsFolder
{
    private readonly IReadOnlyList<string> made;

    /// <param name="final">Where the files belong.</param>
    /// <param name="outputFolder">Where the executed notebook goes; the unfinished files gather inside.</param>
    /// <param name="name">The notebook's name, so that two notebooks with one folder do not meet.</param>
    public ResultsFolder(string final, string outputFolder, string name)
    {
        Final = Path.TrimEndingDirectorySeparator(Path.GetFullPath(final));
        string output = Path.TrimEndingDirectorySeparator(Path.GetFullPath(outputFolder));
        Working = Path.Combine(output, $".{name}-results.unfinished");
        made = Missing(output).ToArray();
        Discard();
    }

    /// <summary>Where the files end up.</summary>
    public string Final { get; }

    /// <summary>Where the notebook writes while it runs.</summary>
    public string Working { get; }

    /// <summary>A text with the working folder's path in it, as it is to be read afterwards.</summary>
    public string Translate(string text) => text.Replace(Working, Shown(Final), StringComparison.Ordinal);

    /// <summary>Moves the files to their place.</summary>
    /// <returns>Their paths.</returns>
    public IReadOnlyList<string> Keep()
    {
        if (!Directory.Exists(Working)) return [];
        var kept = new List<string>();
        foreach (string file in Directory.EnumerateFiles(Working, "*", SearchOption.AllDirectories).Order())
        {
            string target = Path.Combine(Final, Path.GetRelativePath(Working, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Move(file, target, overwrite: true);
            kept.Add(target);
        }
        Discard();
        return kept;
    }

    /// <summary>Removes what the notebook wrote, and the folders made for it if they are empty.</summary>
    public void Discard()
    {
        if (Directory.Exists(Working)) Directory.Delete(Working, recursive: true);
        foreach (string folder in made)
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }

    /// <summary>A path as one would type it here: relative when it is under the current folder.</summary>
    public static string Shown(string path)
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    // The folder and those above it that are not there yet, innermost first.
    private static IEnumerable<string> Missing(string? folder)
    {
        for (; folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder)) yield return folder;
    }
}
