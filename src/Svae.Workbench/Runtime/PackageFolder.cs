namespace Svae.Workbench;

/// <summary>
/// The NuGet package folder, where the library's packages are used straight from it, as <c>#r "nuget: …"</c> does in dotnet-interactive and
/// Polyglot Notebooks. Nobody has put an application's files together there.
/// </summary>
internal static class PackageFolder
{
    /// <summary>
    /// The folder of one version of a package, <c>PACKAGES/name/VERSION</c>, given an assembly in its <c>lib/FRAMEWORK</c>; null where the
    /// assembly lies elsewhere.
    /// </summary>
    /// <param name="assembly">Path of the assembly.</param>
    /// <param name="name">The package's name in lower case.</param>
    public static string? VersionOf(string assembly, string name)
    {
        string? lib = Path.GetDirectoryName(Path.GetDirectoryName(assembly)), version = Path.GetDirectoryName(lib);
        return Path.GetFileName(lib) == "lib" && Path.GetFileName(Path.GetDirectoryName(version)) == name ? version : null;
    }
}
