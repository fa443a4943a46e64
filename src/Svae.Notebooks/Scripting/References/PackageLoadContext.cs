using System.Reflection;
using System.Runtime.Loader;

namespace Svae.Notebooks.Scripting.References;

/// <summary>Loads the assemblies that a session's cells referenced, what those need, and their native libraries.</summary>
internal sealed class PackageLoadContext() : AssemblyLoadContext("packages of a notebook")
{
    private readonly Dictionary<string, string> assemblies = new(StringComparer.OrdinalIgnoreCase), natives = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>From here on assemblies and native libraries with these files' names are found.</summary>
    public void Add(IEnumerable<string> assemblyFiles, IEnumerable<string> nativeFiles)
    {
        lock (assemblies)
        {
            foreach (string file in assemblyFiles) assemblies.TryAdd(Path.GetFileNameWithoutExtension(file), file);
            foreach (string file in nativeFiles) natives.TryAdd(Path.GetFileName(file), file);
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string? file;
        lock (assemblies) file = assemblies.GetValueOrDefault(assemblyName.Name ?? "");
        return file is null ? null : LoadFromAssemblyPath(file);
    }

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        string? file;
        lock (assemblies)
            file = new[] { "", ".so", ".dylib", ".dll" }.SelectMany(end => new[] { unmanagedDllName + end, "lib" + unmanagedDllName + end })
                .Select(name => natives.GetValueOrDefault(name)).FirstOrDefault(found => found is not null);
        return file is null ? 0 : LoadUnmanagedDllFromPath(file);
    }
}
