using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Scripting.Hosting;
using Svae.Notebooks.Scripting.Directives;

namespace Svae.Notebooks.Scripting.References;

/// <summary>
/// The assemblies and packages that a session's cells asked for. A request is met as a whole or not at all, so that one that fails
/// leaves the session as it was.
/// </summary>
internal sealed class SessionReferences(InteractiveAssemblyLoader loader) : IDisposable
{
    private static readonly string[] NativeEndings = [".so", ".dylib", ".dll"];
    private readonly HostLibraries host = HostLibraries.Read();
    private readonly PackageLoadContext context = new();
    private readonly Dictionary<string, string> added = new(StringComparer.OrdinalIgnoreCase);
    private volatile MetadataReference[] pending = [];
    private List<PackageReference> packages = [];
    private List<string> sources = [];
    private string? folder;

    /// <summary>What the next submission has to be given; later ones inherit it.</summary>
    public IReadOnlyList<MetadataReference> Pending => pending;

    /// <summary>A submission that was given the pending ones has become part of the session.</summary>
    public void Accept() => pending = [];

    /// <summary>Finds, fetches and loads what a cell asks for.</summary>
    /// <returns>What to tell the reader, a line each.</returns>
    /// <exception cref="DirectiveException">Something cannot be had, or does not go with what is loaded.</exception>
    public async Task<IReadOnlyList<string>> AddAsync(CellText cell, CancellationToken cancel)
    {
        var notes = new List<string>();
        List<(string Path, int Line)> assemblies = [];
        foreach (var file in cell.References.OfType<FileReference>())
            if (Find(file) is { } path) assemblies.Add((path, file.Line));
        var natives = assemblies.SelectMany(file => Beside(file.Path, NativeEndings)).ToList();
        var beside = assemblies.SelectMany(file => Beside(file.Path, [".dll"])).ToArray();
        List<string> allSources = [.. sources, .. cell.Sources.Except(sources)];
        var wanted = cell.References.OfType<PackageReference>().Where(package => !IsHere(package, notes)).ToArray();
        List<PackageReference> all = [.. packages.Where(one => !wanted.Any(other => SameName(one, other))), .. wanted];
        if (wanted.Length > 0)
        {
            folder ??= Directory.CreateTempSubdirectory("svae-packages-").FullName;
            var restored = await PackageRestore.RunAsync(all, allSources, folder, cancel).ConfigureAwait(false);
            notes.AddRange(restored.Warnings);
            notes.AddRange(wanted.Select(package => $"{package.Name} {restored.Versions.GetValueOrDefault(package.Name)}"));
            assemblies.AddRange(restored.Assemblies.Select(path => (path, wanted[^1].Line)));
            natives.AddRange(restored.NativeLibraries);
        }
        var loadable = assemblies.Where(file => IsNew(file.Path, file.Line)).Select(file => file.Path).ToArray();
        (packages, sources) = (all, allSources);
        context.Add([.. loadable, .. beside.Where(path => host.AssemblyPath(Path.GetFileNameWithoutExtension(path)) is null)], natives);
        foreach (string path in loadable) Load(path);
        return notes;
    }

    public void Dispose()
    {
        if (folder is not null && Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    // The path of a file that is to be loaded; null when the program has that assembly already.
    private string? Find(FileReference file)
    {
        string name = Path.GetFileName(file.Path), path = Path.GetFullPath(file.Path);
        string simple = name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? name[..^4] : name;
        if (host.AssemblyPath(simple) is { } own)
        {
            AddHostReference(own);
            return null;
        }
        if (!File.Exists(path)) throw new DirectiveException($"#r \"{file.Path}\": there is no file {path}", file.Line);
        if (HostLibraries.AssemblyVersion(path) is null) throw new DirectiveException($"#r \"{file.Path}\": the file is no .NET assembly", file.Line);
        return path;
    }

    private bool IsHere(PackageReference package, List<string> notes)
    {
        if (host.PackageVersion(package.Name) is not { } version) return false;
        bool newer = package.Version is { } asked && Version.TryParse(asked.Split('-')[0], out var number) && Version.TryParse(version.Split('-')[0], out var own) && number > own;
        if (newer) throw new DirectiveException($"#r \"nuget: {package.Name}, {package.Version}\": this program brings version {version}, which is loaded already; leave the version out", package.Line);
        notes.Add($"{package.Name} {version} is here already");
        if (host.AssemblyPath(package.Name) is { } path) AddHostReference(path);
        return true;
    }

    private bool IsNew(string path, int line)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        if (added.TryGetValue(name, out string? before))
            return before == path ? false : throw new DirectiveException(
                $"{path} is asked for, but {before} is loaded already; restart the kernel and ask for everything in one cell", line);
        if (host.AssemblyPath(name) is not { } own) return true;
        var (asked, here) = (HostLibraries.AssemblyVersion(path), HostLibraries.AssemblyVersion(own));
        if (asked > here) throw new DirectiveException($"{name} {asked} is asked for, but this program has {here} loaded; take a version of the package that is content with that", line);
        AddHostReference(own);
        return false;
    }

    // The compiler's assemblies are here but not among what cells see without asking.
    private void AddHostReference(string path)
    {
        if (!ScriptEnvironment.References.Any(reference => reference.Display == path) && added.TryAdd(Path.GetFileNameWithoutExtension(path), path))
            pending = [.. pending, MetadataReference.CreateFromFile(path)];
    }

    private void Load(string path)
    {
        try
        {
            loader.RegisterDependency(context.LoadFromAssemblyPath(path));
        }
        catch (Exception e) when (e is BadImageFormatException or FileLoadException)
        {
            return; // A façade that is there for the compiler's sake only; the framework has the real one.
        }
        added[Path.GetFileNameWithoutExtension(path)] = path;
        pending = [.. pending, MetadataReference.CreateFromFile(path)];
    }

    private static IEnumerable<string> Beside(string assembly, string[] endings) =>
        Directory.EnumerateFiles(Path.GetDirectoryName(assembly)!).Where(file => endings.Any(end => file.EndsWith(end, StringComparison.OrdinalIgnoreCase)));

    private static bool SameName(PackageReference one, PackageReference other) => one.Name.Equals(other.Name, StringComparison.OrdinalIgnoreCase);
}
