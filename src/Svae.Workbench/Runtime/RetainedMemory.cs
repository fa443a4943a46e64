using System.Runtime.InteropServices;

namespace Svae.Workbench;

/// <summary>
/// Lets the C library keep freed memory for the next tensor. By default glibc hands large blocks back to the system and asks for them
/// again, and the system clears every page on its first touch: on a virtual machine 12 µs a page were measured, which made a training
/// step's tensors cost more than what was computed in them, and two threads, which take turns at it, no faster than one.
/// </summary>
internal static partial class RetainedMemory
{
    private const int TrimThreshold = -1, MappingThreshold = -3; // M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h

    /// <summary>Up to this much free memory at the end of the heap is kept.</summary>
    private const int Kept = 512 << 20;

    /// <summary>Blocks up to this size come from the heap; glibc accepts no more.</summary>
    private const int LargestHeapBlock = 32 << 20;

    /// <summary>What the user has set in the environment stays.</summary>
    public static void Ask()
    {
        if (!OperatingSystem.IsLinux()) return;
        string? tunables = Environment.GetEnvironmentVariable("GLIBC_TUNABLES");
        bool Unset(string variable, string tunable) => Environment.GetEnvironmentVariable(variable) is null && tunables?.Contains(tunable) != true;
        try
        {
            if (Unset("MALLOC_TRIM_THRESHOLD_", "glibc.malloc.trim_threshold")) SetOption(TrimThreshold, Kept);
            if (Unset("MALLOC_MMAP_THRESHOLD_", "glibc.malloc.mmap_threshold")) SetOption(MappingThreshold, LargestHeapBlock);
        }
        catch (EntryPointNotFoundException) { } // another C library than glibc has nothing to set
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
