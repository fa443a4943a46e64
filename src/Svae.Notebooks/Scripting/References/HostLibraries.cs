using System.Reflection;
using System.Text.Json;

namespace Svae.Notebooks.Scripting.References;

/// <summary>What this program brings: its assemblies and the packages they came from. A cell that asks for one of them gets this one.</summary>
internal sealed class HostLibraries
{
    // Packages without an assembly of their own, whose content the program brings in another form.
    private static readonly string[] Bundles = ["TorchSharp-cpu", "TorchSharp-cuda-linux", "TorchSharp-cuda-windows", "libtorch-cpu"];
    private readonly Dictionary<string, string> packages = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> assemblies = new(StringComparer.OrdinalIgnoreCase);

    private HostLibraries()
    {
        foreach (string path in Paths("TRUSTED_PLATFORM_ASSEMBLIES", Path.PathSeparator)) assemblies.TryAdd(Path.GetFileNameWithoutExtension(path), path);
        foreach (string file in Paths("APP_CONTEXT_DEPS_FILES", ';')) ReadPackages(file);
        foreach (string bundle in Bundles) packages.TryAdd(bundle, packages.GetValueOrDefault("TorchSharp", ""));
    }

    /// <summary>Reads what the runtime was told at its start.</summary>
    public static HostLibraries Read() => new();

    /// <summary>The version of a package that is here already; null when it is not.</summary>
    public string? PackageVersion(string name) => packages.GetValueOrDefault(name);

    /// <summary>The file of an assembly that is here already; null when it is not.</summary>
    public string? AssemblyPath(string name) => assemblies.GetValueOrDefault(name);

    /// <summary>The version of an assembly's file; null when it is no managed assembly.</summary>
    public static Version? AssemblyVersion(string path)
    {
        try { return AssemblyName.GetAssemblyName(path).Version; }
        catch (Exception e) when (e is BadImageFormatException or FileLoadException) { return null; }
    }

    private static string[] Paths(string property, char separator) =>
        ((string?)AppContext.GetData(property) ?? "").Split(separator, StringSplitOptions.RemoveEmptyEntries);

    // The file that the build writes beside a program: { "libraries": { "Name/1.2.3": … } }.
    private void ReadPackages(string dependencies)
    {
        if (!File.Exists(dependencies)) return;
        using var stream = File.OpenRead(dependencies);
        using var json = JsonDocument.Parse(stream);
        if (!json.RootElement.TryGetProperty("libraries", out var libraries)) return;
        foreach (var library in libraries.EnumerateObject())
            if (library.Name.Split('/') is [var name, var version]) packages.TryAdd(name, version);
    }
}
