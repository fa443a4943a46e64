using System.Text.Json;
using System.Text.Json.Nodes;
using Svae.Notebooks.Documents;

namespace Svae.Notebooks.Kernel;

/// <summary>Tells Jupyter that this kernel exists.</summary>
internal static class KernelSpec
{
    private const string Usual = ".net-csharp", Other = "svae-csharp";

    /// <summary>Where Jupyter looks for a user's kernels.</summary>
    public static string UserFolder => Path.Combine(
        Environment.GetEnvironmentVariable("JUPYTER_DATA_DIR") is { Length: > 0 } own ? own
        : OperatingSystem.IsWindows() ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "jupyter")
        : OperatingSystem.IsMacOS() ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "Library", "Jupyter")
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "jupyter"), "kernels");

    /// <summary>
    /// Writes kernel.json, under the name that C# notebooks ask for, or under a name of our own where another program
    /// (dotnet-interactive) has that one.
    /// </summary>
    /// <returns>The path.</returns>
    public static string Install(string kernels)
    {
        string name = IsFree(Path.Combine(kernels, Usual)) ? Usual : Other, path = Path.Combine(kernels, name, "kernel.json");
        var spec = new JsonObject
        {
            ["argv"] = new JsonArray([.. Program().Select(part => (JsonNode)part), "kernel", "start", "{connection_file}"]),
            ["display_name"] = name == Usual ? ".NET (C#)" : "Svae.Workbench (C#)",
            ["language"] = "C#",
            ["interrupt_mode"] = "message",
            ["metadata"] = new JsonObject { ["svae"] = true },
        };
        AtomicFile.Write(path, spec.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        return path;
    }

    private static bool IsFree(string folder)
    {
        string path = Path.Combine(folder, "kernel.json");
        if (!File.Exists(path)) return true;
        try { return JsonNode.Parse(File.ReadAllText(path))?["metadata"]?["svae"] is not null; }
        catch (Exception e) when (e is JsonException or InvalidOperationException) { return false; }
    }

    private static IEnumerable<string> Program()
    {
        string program = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return isHost ? [program, typeof(KernelSpec).Assembly.Location] : [program];
    }
}
