using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Svae.Notebooks.Scripting.Directives;

namespace Svae.Notebooks.Scripting.References;

/// <summary>What a restore found.</summary>
/// <param name="Versions">Every package and its version, those included that others brought.</param>
/// <param name="Assemblies">Their managed assemblies for this system.</param>
/// <param name="NativeLibraries">Their native libraries for this system.</param>
/// <param name="Warnings">What NuGet warned about.</param>
internal sealed record RestoredPackages(
    IReadOnlyDictionary<string, string> Versions, IReadOnlyList<string> Assemblies, IReadOnlyList<string> NativeLibraries, IReadOnlyList<string> Warnings);

/// <summary>
/// Fetches packages as a project would that references them: <c>dotnet restore</c> finds versions, what they depend on, and which files
/// are for this system. The user's own NuGet settings hold, those of the current folder included.
/// </summary>
internal static partial class PackageRestore
{
    /// <param name="packages">Every package of the session, so that their versions agree.</param>
    /// <param name="sources">Sources besides those of the user's settings.</param>
    /// <param name="folder">An empty folder, or the one of the restore before.</param>
    /// <param name="cancel">Ends the restore.</param>
    /// <exception cref="DirectiveException">A package cannot be had; the message is NuGet's own.</exception>
    public static async Task<RestoredPackages> RunAsync(
        IReadOnlyList<PackageReference> packages, IReadOnlyList<string> sources, string folder, CancellationToken cancel)
    {
        string project = Path.Combine(folder, "packages.csproj");
        Project(packages, sources).Save(project);
        var (code, output) = await DotnetAsync(project, cancel).ConfigureAwait(false);
        var (errors, warnings) = (Said("error", output), Said("warning", output));
        if (code != 0)
        {
            if (errors.Length == 0) errors = output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).TakeLast(5).ToArray();
            string names = string.Join(", ", packages.Select(package => package.Name));
            throw new DirectiveException($"the package restore failed ({names}): {errors.FirstOrDefault() ?? "dotnet restore said nothing"}", packages[^1].Line, errors.Skip(1));
        }
        using var assets = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "obj", "project.assets.json"), cancel).ConfigureAwait(false));
        return Read(assets.RootElement, warnings);
    }

    private static string RuntimeId =>
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux") + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    private static XElement Project(IReadOnlyList<PackageReference> packages, IReadOnlyList<string> sources) => new("Project",
        new XAttribute("Sdk", "Microsoft.NET.Sdk"),
        new XElement("PropertyGroup",
            new XElement("TargetFramework", $"net{Environment.Version.Major}.{Environment.Version.Minor}"),
            new XElement("RuntimeIdentifier", RuntimeId),
            new XElement("SelfContained", "false"),
            new XElement("UseAppHost", "false"),
            new XElement("RestoreAdditionalProjectSources", string.Join(';', sources))),
        new XElement("ItemGroup", packages.Select(package =>
            new XElement("PackageReference", new XAttribute("Include", package.Name), new XAttribute("Version", package.Version ?? "*")))));

    private static async Task<(int Code, string Output)> DotnetAsync(string project, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(DotnetPath())
        {
            WorkingDirectory = Path.GetDirectoryName(project), RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        foreach (string argument in (string[])
            ["restore", project, "-tl:off", "-nodeReuse:false", "-v:minimal", $"-p:RestoreRootConfigDirectory={Environment.CurrentDirectory}",
             "-p:ImportDirectoryBuildProps=false", "-p:ImportDirectoryBuildTargets=false", "-p:ImportDirectoryPackagesProps=false", "-p:NuGetAudit=false"])
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";
        // A program that was itself started by a build has that build's settings in its environment.
        foreach (string inherited in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(inherited);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
            await process.WaitForExitAsync(cancel).ConfigureAwait(false);
            return (process.ExitCode, await output.ConfigureAwait(false) + await errors.ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>The <c>dotnet</c> that this program runs on; the one on the path where it cannot be told.</summary>
    private static string DotnetPath()
    {
        string name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet", here = Path.Combine(DotnetRoot, name);
        return File.Exists(here) ? here : name;
    }

    /// <summary>The folder of the .NET installation: …/shared/Microsoft.NETCore.App/10.0.0/ is inside it.</summary>
    public static string DotnetRoot => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private static string[] Said(string kind, string output) =>
        Complaint().Matches(output).Where(match => match.Groups["kind"].Value == kind).Select(match => match.Groups["text"].Value.Trim()).Distinct().ToArray();

    private static RestoredPackages Read(JsonElement assets, string[] warnings)
    {
        string[] folders = assets.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name).ToArray();
        var target = assets.GetProperty("targets").EnumerateObject().Single(one => one.Name.EndsWith("/" + RuntimeId, StringComparison.Ordinal));
        var versions = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        List<string> assemblies = [], natives = [];
        foreach (var library in target.Value.EnumerateObject())
        {
            string[] identity = library.Name.Split('/');
            versions[identity[0]] = identity[1];
            string path = assets.GetProperty("libraries").GetProperty(library.Name).GetProperty("path").GetString()!;
            string root = folders.Select(folder => Path.Combine(folder, path)).First(Directory.Exists);
            assemblies.AddRange(Files(library.Value, "runtime", root).Where(file => file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)));
            natives.AddRange(Files(library.Value, "native", root));
        }
        return new RestoredPackages(versions, assemblies, natives, warnings);
    }

    private static IEnumerable<string> Files(JsonElement library, string kind, string root) =>
        !library.TryGetProperty(kind, out var files) ? []
        : files.EnumerateObject().Where(file => !file.Name.EndsWith("/_._", StringComparison.Ordinal)).Select(file => Path.GetFullPath(Path.Combine(root, file.Name)));

    [GeneratedRegex(@"(?<kind>error|warning) (?<text>[A-Z]+\d+: .*?)(\s\[[^\]]*\.csproj\])?\r?$", RegexOptions.Multiline)]
    private static partial Regex Complaint();
}
