using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>What a C# kernel needs of a CPU tensor and of the machine.</summary>
internal static unsafe class Native
{
    /// <summary>Start of a contiguous float64 CPU tensor; valid while the tensor lives.</summary>
    public static double* Doubles(Tensor tensor) => (double*)Address(tensor, ScalarType.Float64);

    /// <summary>Start of a contiguous float32 CPU tensor; valid while the tensor lives.</summary>
    public static float* Floats(Tensor tensor) => (float*)Address(tensor, ScalarType.Float32);

    /// <summary>A gradient that reached an autograd function's output, contiguous; null where the loss does not use the output, whose handle is empty then.</summary>
    public static Tensor? Defined(Tensor? gradient) => gradient is { IsInvalid: false } ? gradient.contiguous() : null;

    private static void* Address(Tensor tensor, ScalarType type)
    {
        Debug.Assert(tensor.dtype == type, $"expected {type}, got {tensor.dtype}");
        if (tensor.numel() < int.MaxValue / sizeof(double)) return Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
        using Tensor head = tensor.flatten().narrow(0, 0, 1); // a span counts its bytes in 32 bits
        return Unsafe.AsPointer(ref MemoryMarshal.GetReference(head.bytes));
    }

    /// <summary>Is every entry of a float64 CPU tensor finite (and their sum, which is what is looked at)?</summary>
    public static bool AllFinite(Tensor value) => double.IsFinite(Sum(value));

    /// <summary>The sum of a float64 CPU tensor's entries, on this thread: to wake torch's threads for it would take longer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum(Tensor value)
    {
        using Tensor contiguous = value.detach().contiguous();
        double* entry = Doubles(contiguous);
        long count = value.numel(), i = 0;
        Vector512<double> a = default, b = default;
        for (; i + 16 <= count; i += 16) (a, b) = (a + Vector512.Load(entry + i), b + Vector512.Load(entry + i + 8));
        double sum = Vector512.Sum(a + b);
        for (; i < count; i++) sum += entry[i];
        return sum;
    }

    /// <summary>Threads that share so many pieces of work in <see cref="WorkerTeam"/>.</summary>
    public static int Workers(int count) => Math.Min(count, get_num_threads());
}
