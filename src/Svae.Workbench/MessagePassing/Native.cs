using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>What a C# kernel needs of a CPU tensor and of the machine.</summary>
internal static unsafe class Native
{
    /// <summary>Start of a contiguous float64 CPU tensor; valid while the tensor lives.</summary>
    public static double* Doubles(Tensor tensor)
    {
        if (tensor.numel() < int.MaxValue / sizeof(double)) return (double*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
        using Tensor head = tensor.flatten().narrow(0, 0, 1); // a span counts its bytes in 32 bits
        return (double*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(head.bytes));
    }

    /// <summary>Runs work(0..count−1) on at most <see cref="get_num_threads"/> threads.</summary>
    public static void ParallelFor(int count, Action<int> work)
    {
        int threads = Math.Min(count, get_num_threads());
        if (threads > 1) Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, work);
        else for (int i = 0; i < count; i++) work(i);
    }
}
