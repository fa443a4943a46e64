using System.Runtime.InteropServices;

namespace Svae.Workbench;

/// <summary>
/// What libtorch is to find in its environment. Idle threads sleep: by default they spin for a while after every parallel operation and keep
/// a core from the message passing's own threads, with which two threads were no faster than one on two cores. Large tensors lie in large
/// pages: a sequence of 100,000 frames fills new memory at every call, and to be given it 4 KiB at a time took longer than to compute in it
/// (28 µs a step against 8 on a virtual machine).
/// </summary>
internal static partial class TorchEnvironment
{
    /// <summary>Before libtorch reads its environment; what the user has set stays.</summary>
    public static void Ask()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()) SetVariable("OMP_WAIT_POLICY", "PASSIVE", overwrite: 0);
        if (OperatingSystem.IsLinux()) SetVariable("THP_MEM_ALLOC_ENABLE", "1", overwrite: 0);
    }

    /// <summary>The C library's own environment, which .NET's does not reach.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
