using System.Runtime.Intrinsics;
using TorchSharp;

namespace Svae.Benchmarks;

/// <summary>What the numbers were measured on.</summary>
internal static class Machine
{
    public static string Describe()
    {
        string cpu = ReadLine("/proc/cpuinfo", "model name")?.Split(':')[1].Trim() ?? "unknown processor";
        string load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
        int width = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
        return $"{cpu}, {Environment.ProcessorCount} cores, {width}-bit vectors, .NET {Environment.Version}, torch threads {torch.get_num_threads()}, load average {load}";
    }

    private static string? ReadLine(string path, string start) =>
        File.Exists(path) ? File.ReadLines(path).FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal)) : null;
}
