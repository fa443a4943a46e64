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

    /// <summary>Threads that share so many pieces of work in <see cref="WorkerTeam"/>.</summary>
    public static int Workers(int count) => Math.Min(count, get_num_threads());
}
