using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Svae.Notebooks.Tests.Clients;

/// <summary>Programs of other people that are driven here, in a home of their own in which this kernel is installed.</summary>
public sealed class ClientHome : IDisposable
{
    private static readonly string[] Pythons = ["/usr/bin/python3", "python3"];

    public ClientHome()
    {
        var (code, output) = RunAsync(Program, ["kernel", "install"]).GetAwaiter().GetResult();
        Assert.True(code == 0, output);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("svae-clients-").FullName;

    /// <summary>The command <c>svae</c>, as it was built beside these tests.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "svae.exe" : "svae");

    /// <summary>A Python that has these modules; the test is skipped when there is none.</summary>
    public async Task<string> PythonWithAsync(string modules)
    {
        foreach (string python in Pythons)
            if (Find(python) is { } found && (await RunAsync(found, ["-c", $"import {modules}"])).Code == 0) return found;
        Assert.Skip($"skipped: no Python with {modules} is installed (on Debian: apt-get install python3-jupyter-client python3-nbclient)");
        return "";
    }

    /// <summary>A program on the path; the test is skipped when it is not there.</summary>
    public static string Required(string package, params string[] names)
    {
        string? found = names.Select(Find).FirstOrDefault(path => path is not null);
        Assert.SkipWhen(found is null, $"skipped: {names[0]} is not installed (on Debian: apt-get install {package})");
        return found!;
    }

    public async Task<(int Code, string Output)> RunAsync(string program, string[] arguments, string? folder = null)
    {
        using var process = Start(program, arguments, folder);
        return await EndOfAsync(process);
    }

    /// <summary>How a program ends, and what it said; both of its streams are redirected.</summary>
    public static async Task<(int Code, string Output)> EndOfAsync(Process process)
    {
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    public Process Start(string program, string[] arguments, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? Folder,
        };
        foreach (string part in (string[])["DATA", "CONFIG", "RUNTIME"])
            start.Environment[$"JUPYTER_{part}_DIR"] = Directory.CreateDirectory(Path.Combine(Folder, part.ToLowerInvariant())).FullName;
        return Process.Start(start)!;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string? Find(string name) => Path.IsPathRooted(name) ? File.Exists(name) ? name : null
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
