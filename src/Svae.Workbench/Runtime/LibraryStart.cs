using System.Runtime.CompilerServices;

namespace Svae.Workbench;

/// <summary>What has to be done before the first tensor is made.</summary>
internal static class LibraryStart
{
    /// <summary>Runs when the library is loaded: the environment comes before the libtorch that reads it.</summary>
#pragma warning disable CA2255 // A module initialiser in a library: nothing later comes before libtorch for certain.
    [ModuleInitializer]
    internal static void Begin()
#pragma warning restore CA2255
    {
        TorchEnvironment.Ask();
        RetainedMemory.Ask();
        if (PackageFolder.VersionOf(typeof(TorchSharp.torch).Assembly.Location, "torchsharp") is not { } torchSharp) return;
        string packages = Path.GetDirectoryName(Path.GetDirectoryName(torchSharp))!;
        TorchLibraries.Load(packages, torchSharp);
        HostAssemblies.Accept();
    }
}
