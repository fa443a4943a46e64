using Svae.Workbench;

namespace Svae.Notebooks.Commands;

/// <summary>The notebooks that a user names: files, or folders of them.</summary>
internal static class NotebookPaths
{
    /// <exception cref="UserInputException">A path leads nowhere, or to a folder without notebooks.</exception>
    public static string[] Find(IEnumerable<string> paths) => paths.SelectMany(Found).Distinct().ToArray();

    private static IEnumerable<string> Found(string path)
    {
        if (File.Exists(path)) return [path];
        if (!Directory.Exists(path)) throw new UserInputException($"{path}: no such notebook or folder");
        string[] inside = Directory.GetFiles(path, "*.ipynb").Order(StringComparer.Ordinal).ToArray();
        return inside.Length > 0 ? inside : throw new UserInputException($"{path}: there are no notebooks (.ipynb) in this folder");
    }
}
