#nullable enable
using System;
using System.IO;
using System.Linq;
using System.Text;

/// <summary>
/// Lets TorchSharp's native half load where the system's libstdc++ is older than GCC 13 (Debian 12, Ubuntu 22.04). The build uses it for
/// output folders, the library where TorchSharp lies in a package folder.
/// </summary>
/// <remarks>
/// libLibTorchSharp.so asks for the symbol version GLIBCXX_3.4.32. The only symbol behind it,
/// <c>std::ios_base_library_init()</c>, is a marker that nothing calls. An entry of the ELF section
/// .gnu.version_r whose flags carry VER_FLG_WEAK (2) is allowed to be missing at run time, so the flag is set
/// in a copy of the file.
/// </remarks>
internal static class LibstdcxxVersion
{
    /// <summary>The version that is asked for.</summary>
    public const string Name = "GLIBCXX_3.4.32";
    private const ushort Weak = 2;

    /// <summary>The system's own library; null where none was found.</summary>
    public static string? SystemLibrary() =>
        new[] { "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib" }
            .Select(folder => Path.Combine(folder, "libstdc++.so.6")).FirstOrDefault(File.Exists);

    /// <summary>Whether a libstdc++.so.6 has the version.</summary>
    public static bool Has(byte[] libstdcxx) =>
        Encoding.GetEncoding("ISO-8859-1").GetString(libstdcxx).IndexOf(Name + "\0", StringComparison.Ordinal) >= 0;

    /// <summary>Makes the version optional in a 64-bit ELF file; false where it is not asked for, or optional already.</summary>
    public static bool MakeOptional(byte[] elf)
    {
        int flags = FlagsOffset(elf, Name);
        if (flags < 0 || BitConverter.ToUInt16(elf, flags) == Weak) return false;
        BitConverter.GetBytes((ushort)(BitConverter.ToUInt16(elf, flags) | Weak)).CopyTo(elf, flags);
        return true;
    }

    /// <summary>Where vna_flags of the version stands in the file, or −1: .gnu.version_r is the section of type SHT_GNU_verneed.</summary>
    private static int FlagsOffset(byte[] elf, string version)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F' || elf[4] != 2) return -1;
        const uint VerNeed = 0x6ffffffe;
        long table = BitConverter.ToInt64(elf, 0x28);
        int entry = BitConverter.ToUInt16(elf, 0x3a), count = BitConverter.ToUInt16(elf, 0x3c);
        uint hash = ElfHash(version);
        for (int i = 0; i < count; i++)
        {
            int header = checked((int)(table + (long)i * entry));
            if (BitConverter.ToUInt32(elf, header + 4) != VerNeed) continue;
            int need = checked((int)BitConverter.ToInt64(elf, header + 24));
            for (uint next = 1; next != 0; need += (int)next)
            {
                int aux = need + (int)BitConverter.ToUInt32(elf, need + 8);
                for (int a = BitConverter.ToUInt16(elf, need + 2); a > 0; a--)
                {
                    if (BitConverter.ToUInt32(elf, aux) == hash) return aux + 4;
                    aux += (int)BitConverter.ToUInt32(elf, aux + 12);
                }
                next = BitConverter.ToUInt32(elf, need + 12);
            }
        }
        return -1;
    }

    /// <summary>The System V ABI's symbol hash, by which .gnu.version_r names its versions.</summary>
    private static uint ElfHash(string name)
    {
        uint h = 0;
        foreach (char c in name)
        {
            h = (h << 4) + c;
            uint high = h & 0xf0000000;
            h = (h ^ (high >> 24)) & ~high;
        }
        return h;
    }
}

#if !NET // the build's own part, compiled by MSBuild
/// <summary>Makes the version optional in an output folder's copy of libLibTorchSharp.so.</summary>
/// <remarks>
/// The package folder is never written: outputs may be hard links into it, so the patched copy is written beside the file and moved over
/// it, which breaks the link.
/// </remarks>
public sealed class WeakenLibstdcxxVersion : Microsoft.Build.Utilities.Task
{
    /// <summary>The libLibTorchSharp.so of an output folder.</summary>
    [Microsoft.Build.Framework.Required]
    public string Library { get; set; } = "";

    public override bool Execute()
    {
        string? system = LibstdcxxVersion.SystemLibrary();
        if (system == null)
        {
            Log.LogWarning("No libstdc++.so.6 was found on this system; TorchSharp needs one. Install the package libstdc++6.");
            return true;
        }
        if (LibstdcxxVersion.Has(File.ReadAllBytes(system))) return true; // new enough: the file stays as it came

        byte[] elf = File.ReadAllBytes(Library);
        DateTime stamp = File.GetLastWriteTimeUtc(Library);
        if (!LibstdcxxVersion.MakeOptional(elf)) return true;
        string copy = Library + ".patched";
        File.WriteAllBytes(copy, elf);
        File.SetLastWriteTimeUtc(copy, stamp); // same time and size: the next build does not copy the original back
        File.Delete(Library);
        File.Move(copy, Library);
        Log.LogMessage(Microsoft.Build.Framework.MessageImportance.High,
            "  {0}: {1} made optional, since {2} does not have it (see environment.md).", Path.GetFileName(Library), LibstdcxxVersion.Name, system);
        return true;
    }
}
#endif
