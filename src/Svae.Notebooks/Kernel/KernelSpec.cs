using System.Text.Json;
using System.Text.Json.Nodes;
using Svae.Notebooks.Documents;
using Svae.Notebooks.Scripting.References;

namespace Svae.Notebooks.Kernel;

/// <summary>Tells Jupyter that this kernel exists: a folder with kernel.json among the kernels that clients look through.</summary>
internal static class KernelSpec
{
    private const string Usual = ".net-csharp", Other = "svae-csharp";

    /// <summary>Where Jupyter looks for a user's kernels.</summary>
    public static string UserFolder => Path.Combine(
        Environment.GetEnvironmentVariable("JUPYTER_DATA_DIR") is { Length: > 0 } own ? own
        : OperatingSystem.IsWindows() ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "jupyter")
        : OperatingSystem.IsMacOS() ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "Library", "Jupyter")
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "jupyter"), "kernels");

    /// <summary>Where Jupyter looks for the kernels of an installation: a Python environment, or /usr/local.</summary>
    public static string PrefixFolder(string prefix) => Path.Combine(Path.GetFullPath(prefix), "share", "jupyter", "kernels");

    /// <summary>All folders that clients look through, as far as they can be known from here.</summary>
    public static IReadOnlyList<string> SearchPath =>
    [
        .. (Environment.GetEnvironmentVariable("JUPYTER_PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, "kernels")),
        UserFolder,
        .. new[] { "VIRTUAL_ENV", "CONDA_PREFIX" }.Select(Environment.GetEnvironmentVariable).OfType<string>().Where(prefix => prefix.Length > 0).Select(PrefixFolder),
        .. OperatingSystem.IsWindows()
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "jupyter", "kernels")]
            : (string[])[PrefixFolder("/usr/local"), PrefixFolder("/usr")],
    ];

    /// <summary>
    /// Writes kernel.json under the name that C# notebooks ask for, or, where another program (dotnet-interactive) has that one in
    /// this or any other folder that clients look through, under a name of its own.
    /// </summary>
    /// <param name="kernels">The folder of kernels to write into.</param>
    /// <param name="searchPath">The folders where another program's kernel may be.</param>
    /// <returns>The path of kernel.json.</returns>
    public static string Install(string kernels, IEnumerable<string> searchPath)
    {
        string name = searchPath.Prepend(kernels).Any(folder => IsOthers(Path.Combine(folder, Usual))) ? Other : Usual;
        string path = Path.Combine(kernels, name, "kernel.json");
        var spec = new JsonObject
        {
            ["argv"] = new JsonArray([.. Program().Select(part => (JsonNode)part), "kernel", "start", "{connection_file}"]),
            ["display_name"] = name == Usual ? ".NET (C#)" : "Svae.Workbench (C#)",
            ["language"] = "C#",
            ["interrupt_mode"] = "message",
            ["env"] = new JsonObject
            {
                // A client that was started from a desktop does not have the shell's settings.
                ["DOTNET_ROOT"] = PackageRestore.DotnetRoot,
                // Compiled code is mapped once instead of twice: every cell is compiled, and 500 of them take 40 MB less.
                ["DOTNET_EnableWriteXorExecute"] = "0",
            },
            ["metadata"] = new JsonObject { ["svae"] = true },
        };
        AtomicFile.Write(path, spec.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        return path;
    }

    /// <summary>Removes what <see cref="Install"/> wrote into a folder of kernels; another program's kernels stay.</summary>
    /// <returns>The folders that were removed.</returns>
    public static IReadOnlyList<string> Uninstall(string kernels)
    {
        string[] own = new[] { Usual, Other }.Select(name => Path.Combine(kernels, name)).Where(IsOwn).ToArray();
        foreach (string folder in own) Directory.Delete(folder, recursive: true);
        return own;
    }

    private static bool IsOthers(string folder) => File.Exists(Path.Combine(folder, "kernel.json")) && !IsOwn(folder);

    private static bool IsOwn(string folder)
    {
        try { return JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "kernel.json")))?["metadata"]?["svae"] is not null; }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException) { return false; }
    }

    /// <summary>What starts the kernel: the program itself; where it was started as "dotnet svae.dll", both.</summary>
    public static IReadOnlyList<string> Program()
    {
        string program = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return isHost ? [program, typeof(KernelSpec).Assembly.Location] : [program];
    }
}
