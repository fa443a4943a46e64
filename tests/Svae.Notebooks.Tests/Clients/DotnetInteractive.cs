using System.Diagnostics;
using Xunit;

namespace Svae.Notebooks.Tests.Clients;

/// <summary>
/// Microsoft's kernel, installed for the tests that use it, and this library packed for it. Both come from the package registry and the
/// checkout; where the registry cannot be reached the tests are skipped.
/// </summary>
public sealed class DotnetInteractive : IAsyncLifetime
{
    private const string Version = "1.0.712001";
    private readonly string folder = Directory.CreateTempSubdirectory("svae-interactive-").FullName;
    private readonly string packageVersion = $"0.1.0-test.{Environment.ProcessId}";

    /// <summary>Why the kernel is not there; null when it is.</summary>
    public string? Missing { get; private set; }

    /// <summary>The one cell that a notebook needs there, as environment.md says it.</summary>
    public string FirstCell => $"#i \"nuget: {folder}\"\n#r \"nuget: Svae.Workbench, {packageVersion}\"";

    public async ValueTask InitializeAsync()
    {
        string installed = await RunAsync("tool", "install", "Microsoft.dotnet-interactive", "--version", Version, "--tool-path", folder);
        if (!File.Exists(Program)) Missing = $"skipped: dotnet-interactive {Version} could not be installed: {installed}";
        // The packages that a machine has are known by their version: a new one each time is never an old library.
        else await RunAsync("pack", "-c", Configuration, "--no-build", Path.Combine(Repository.Root, "src", "Svae.Workbench"), "-o", folder, $"-p:PackageVersion={packageVersion}");
    }

    /// <summary>A kernel of its own, spoken to as Polyglot Notebooks does.</summary>
    public InteractiveSession Start() => new(Program);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        string cached = Path.Combine(Packages, "svae.workbench", packageVersion);
        if (Directory.Exists(cached)) Directory.Delete(cached, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static string Packages => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static string Configuration => AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Debug{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
        ? "Debug" : "Release";

    private string Program => Path.Combine(folder, OperatingSystem.IsWindows() ? "dotnet-interactive.exe" : "dotnet-interactive");

    private static async Task<string> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        return (await ClientHome.EndOfAsync(process)).Output;
    }
}
