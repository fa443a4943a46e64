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

    /// <summary>Threads that <see cref="ParallelFor"/> takes for so many pieces of work.</summary>
    public static int Workers(int count) => Math.Min(count, get_num_threads());

    /// <summary>Runs work(worker, i) for i = 0..count−1, worker w taking i = w, w + workers, …, so that each can keep its own scratch memory.</summary>
    public static void ParallelFor(int count, int workers, Action<int, int> work)
    {
        if (workers > 1) Parallel.For(0, workers, Run);
        else Run(0);

        void Run(int worker)
        {
            for (int i = worker; i < count; i += workers) work(worker, i);
        }
    }
}
