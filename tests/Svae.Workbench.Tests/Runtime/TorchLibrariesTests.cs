using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Svae.Workbench.Tests.Data;
using Xunit;

namespace Svae.Workbench.Tests.Runtime;

/// <summary>What is loaded from a package folder, against readelf's reading of it.</summary>
public class TorchLibrariesTests
{
    [Fact]
    public void An_old_libstdcxx_gets_a_copy_in_which_readelf_sees_the_version_as_weak_and_nothing_else_is_changed()
    {
        string readelf = Readelf();
        using var folder = new TemporaryFolder();
        string library = folder["libLibTorchSharp.so"], old = folder["old.so"], recent = folder["recent.so"];
        byte[] elf = StrongCopy(library);
        File.WriteAllText(old, "GLIBCXX_3.4.31\0");
        File.WriteAllText(recent, "GLIBCXX_3.4.31\0GLIBCXX_3.4.32\0");

        Assert.Equal(library, TorchLibraries.Loadable(library, folder["cache"], recent));
        string copy = TorchLibraries.Loadable(library, folder["cache"], old);
        Assert.NotEqual(library, copy);
        Assert.DoesNotContain("WEAK", Versions(readelf, library), StringComparison.Ordinal);
        string weak = Assert.Single(Versions(readelf, copy).Split('\n'), line => line.Contains("WEAK", StringComparison.Ordinal));
        Assert.Contains("GLIBCXX_3.4.32", weak, StringComparison.Ordinal);
        Assert.Equal(1, elf.Zip(File.ReadAllBytes(copy)).Count(pair => pair.First != pair.Second));

        File.WriteAllText(copy, "half written");
        Assert.Equal(copy, TorchLibraries.Loadable(library, folder["cache"], old));
        Assert.Equal(elf.Length, new FileInfo(copy).Length);
    }

    [Fact]
    public void What_is_not_an_ELF_file_or_does_not_ask_for_the_version_stays_as_it_is()
    {
        foreach (byte[] other in (byte[][])[[], [.. Encoding.ASCII.GetBytes("#!/bin/sh\n")], new byte[4096]])
        {
            byte[] before = [.. other];
            Assert.False(LibstdcxxVersion.MakeOptional(other));
            Assert.Equal(before, other);
        }
    }

    [Theory]
    [InlineData("/p/torchsharp/0.107.0/lib/net8.0/TorchSharp.dll", "/p/torchsharp/0.107.0")]
    [InlineData("/app/bin/Release/net10.0/TorchSharp.dll", null)]
    [InlineData("/p/other/0.107.0/lib/net8.0/TorchSharp.dll", null)]
    [InlineData("/TorchSharp.dll", null)]
    [InlineData("", null)]
    public void A_package_folder_is_known_by_its_shape(string assembly, string? version) =>
        Assert.Equal(version, PackageFolder.VersionOf(assembly, "torchsharp")?.Replace('\\', '/'));

    /// <summary>The library as its package has it: the build makes the version optional in the copy beside these tests.</summary>
    private static byte[] StrongCopy(string path)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "skipped: only 64-bit Linux has the file");
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string version = typeof(TorchSharp.torch).Assembly.GetName().Version!.ToString(3);
        string package = Path.Combine(packages, "torchsharp", version, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        Assert.SkipUnless(File.Exists(package), $"skipped: {package} is not there");
        File.Copy(package, path);
        return File.ReadAllBytes(path);
    }

    private static string Readelf()
    {
        string? found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "readelf")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, "skipped: readelf is not installed (on Debian: apt-get install binutils)");
        return found!;
    }

    private static string Versions(string readelf, string library)
    {
        using var process = Process.Start(new ProcessStartInfo(readelf, ["-V", library]) { RedirectStandardOutput = true })!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text[text.IndexOf("Version needs section", StringComparison.Ordinal)..];
    }
}
