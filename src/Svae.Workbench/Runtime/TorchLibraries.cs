using System.Reflection;
using System.Runtime.InteropServices;

namespace Svae.Workbench;

/// <summary>
/// Loads libtorch from a <see cref="PackageFolder"/>. TorchSharp would copy 600 MB within that folder, and on Debian 12 and Ubuntu 22.04
/// could not load what it copied (<see cref="LibstdcxxVersion"/>). An application finds its libraries beside itself.
/// </summary>
internal static class TorchLibraries
{
    private const string Native = "libLibTorchSharp.so";

    /// <summary>Loads them on 64-bit Linux; what cannot be loaded is left to TorchSharp, which says what it misses.</summary>
    /// <param name="packages">The NuGet package folder.</param>
    /// <param name="torchSharp">TorchSharp's package in it, <c>torchsharp/VERSION</c>.</param>
    public static void Load(string packages, string torchSharp)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return;
        try
        {
            // One that is loaded already, by LD_PRELOAD for instance, stays the only one.
            if (!NativeLibrary.TryLoad("libtorch.so", out _)) NativeLibrary.Load(Path.Combine(Libtorch(packages), "libtorch.so"));
            NativeLibrary.Load(Loadable(Path.Combine(torchSharp, "runtimes", "linux-x64", "native", Native), Cache(Path.GetFileName(torchSharp))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException or BadImageFormatException) { }
    }

    /// <summary>The library itself where the system can load it; otherwise a copy in a folder of ours that does not ask for the missing version.</summary>
    /// <param name="library">libLibTorchSharp.so in its package.</param>
    /// <param name="folder">Where the copy is kept.</param>
    /// <param name="libstdcxx">A libstdc++.so.6; default: the system's.</param>
    internal static string Loadable(string library, string folder, string? libstdcxx = null)
    {
        if ((libstdcxx ?? LibstdcxxVersion.SystemLibrary()) is not { } system || LibstdcxxVersion.Has(File.ReadAllBytes(system))) return library;
        byte[] elf = File.ReadAllBytes(library);
        if (!LibstdcxxVersion.MakeOptional(elf)) return library;
        string copy = Path.Combine(Directory.CreateDirectory(folder).FullName, Native);
        if (File.Exists(copy) && File.ReadAllBytes(copy).AsSpan().SequenceEqual(elf)) return copy;
        string unfinished = $"{copy}.{Environment.ProcessId}";
        File.WriteAllBytes(unfinished, elf);
        File.Move(unfinished, copy, overwrite: true);
        return copy;
    }

    private static string Libtorch(string packages)
    {
        string version = typeof(TorchLibraries).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "libtorch").Value!;
        return Path.Combine(packages, "libtorch-cpu-linux-x64", version, "runtimes", "linux-x64", "native");
    }

    /// <summary>In the user's own cache, so that nobody else can put a library there.</summary>
    private static string Cache(string version) => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "svae-workbench", $"torchsharp-{version}");
}
