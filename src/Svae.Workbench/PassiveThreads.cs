using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Svae.Workbench;

/// <summary>
/// Lets libtorch's idle threads sleep. By default they spin for a while after every parallel operation and keep a
/// core from the message passing's own threads: measured on two cores, two threads were then no faster than one.
/// </summary>
internal static partial class PassiveThreads
{
    /// <summary>Runs when the library is loaded, before libtorch reads its environment; what the user has set stays.</summary>
#pragma warning disable CA2255 // A module initialiser in a library: nothing later comes before libtorch for certain.
    [ModuleInitializer]
    internal static void Ask()
#pragma warning restore CA2255
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()) SetVariable("OMP_WAIT_POLICY", "PASSIVE", overwrite: 0);
    }

    /// <summary>The C library's own environment, which .NET's does not reach.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
