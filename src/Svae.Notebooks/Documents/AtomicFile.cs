namespace Svae.Notebooks.Documents;

/// <summary>Files that are there completely or not at all.</summary>
internal static class AtomicFile
{
    /// <summary>Writes beside the target and renames onto it; nothing is left behind when writing fails.</summary>
    public static void Write(string path, string content)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string temporary = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Environment.ProcessId}.part");
        try
        {
            File.WriteAllText(temporary, content);
            File.Move(temporary, full, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
