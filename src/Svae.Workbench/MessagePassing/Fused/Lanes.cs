using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// Arithmetic on <see cref="Width"/> doubles side by side, one per sequence of a group. Kernels are written once over
/// this interface; the compiler makes one machine-code version per width.
/// </summary>
/// <typeparam name="V">The register type.</typeparam>
internal unsafe interface ILanes<V> where V : struct
{
    static abstract int Width { get; }
    static abstract V Load(double* from);
    static abstract void Store(double* to, V value);
    static abstract V Broadcast(double value);
    static abstract V Add(V a, V b);
    static abstract V Subtract(V a, V b);
    static abstract V Multiply(V a, V b);

    /// <summary>a·b + c.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>c − a·b.</summary>
    static abstract V MultiplySubtract(V a, V b, V c);

    /// <summary>1/√a.</summary>
    static abstract V InverseSqrt(V a);

    static abstract V Divide(V a, V b);
    static abstract V Log(V a);
    static abstract V Exp(V a);
    static abstract V Abs(V a);
    static abstract V Max(V a, V b);

    /// <summary>Has any lane a value that is not above zero? NaN counts.</summary>
    static abstract bool AnyNotPositive(V a);
}

/// <summary>Eight sequences in a 512-bit register.</summary>
internal readonly unsafe struct Lanes8 : ILanes<Vector512<double>>
{
    public static int Width => 8;
    [MethodImpl(AggressiveInlining)] public static Vector512<double> Load(double* from) => Vector512.Load(from);
    [MethodImpl(AggressiveInlining)] public static void Store(double* to, Vector512<double> value) => value.Store(to);
    [MethodImpl(AggressiveInlining)] public static Vector512<double> Broadcast(double value) => Vector512.Create(value);
    [MethodImpl(AggressiveInlining)] public static Vector512<double> Add(Vector512<double> a, Vector512<double> b) => a + b;
    [MethodImpl(AggressiveInlining)] public static Vector512<double> Subtract(Vector512<double> a, Vector512<double> b) => a - b;
    [MethodImpl(AggressiveInlining)] public static Vector512<double> Multiply(Vector512<double> a, Vector512<double> b) => a * b;
    [MethodImpl(AggressiveInlining)] public static Vector512<double> MultiplyAdd(Vector512<double> a, Vector512<double> b, Vector512<double> c) => Vector512.MultiplyAddEstimate(a, b, c);
    [MethodImpl(AggressiveInlining)] public static Vector512<double> MultiplySubtract(Vector512<double> a, Vector512<double> b, Vector512<double> c) => Avx512F.IsSupported ? Avx512F.FusedMultiplyAddNegated(a, b, c) : Vector512.MultiplyAddEstimate(-a, b, c);
    [MethodImpl(AggressiveInlining)] public static Vector512<double> InverseSqrt(Vector512<double> a) => Vector512<double>.One / Vector512.Sqrt(a);
    [MethodImpl(AggressiveInlining)] public static Vector512<double> Divide(Vector512<double> a, Vector512<double> b) => a / b;
    [MethodImpl(AggressiveInlining)] public static Vector512<double> Log(Vector512<double> a) => Vector512.Log(a);
    [MethodImpl(AggressiveInlining)] public static Vector512<double> Exp(Vector512<double> a) => Vector512.Exp(a);
    [MethodImpl(AggressiveInlining)] public static Vector512<double> Abs(Vector512<double> a) => Vector512.Abs(a);
    [MethodImpl(AggressiveInlining)] public static Vector512<double> Max(Vector512<double> a, Vector512<double> b) => Vector512.Max(a, b);
    [MethodImpl(AggressiveInlining)] public static bool AnyNotPositive(Vector512<double> a) => !Vector512.GreaterThanAll(a, Vector512<double>.Zero);
}

/// <summary>Four sequences in a 256-bit register.</summary>
internal readonly unsafe struct Lanes4 : ILanes<Vector256<double>>
{
    public static int Width => 4;
    [MethodImpl(AggressiveInlining)] public static Vector256<double> Load(double* from) => Vector256.Load(from);
    [MethodImpl(AggressiveInlining)] public static void Store(double* to, Vector256<double> value) => value.Store(to);
    [MethodImpl(AggressiveInlining)] public static Vector256<double> Broadcast(double value) => Vector256.Create(value);
    [MethodImpl(AggressiveInlining)] public static Vector256<double> Add(Vector256<double> a, Vector256<double> b) => a + b;
    [MethodImpl(AggressiveInlining)] public static Vector256<double> Subtract(Vector256<double> a, Vector256<double> b) => a - b;
    [MethodImpl(AggressiveInlining)] public static Vector256<double> Multiply(Vector256<double> a, Vector256<double> b) => a * b;
    [MethodImpl(AggressiveInlining)] public static Vector256<double> MultiplyAdd(Vector256<double> a, Vector256<double> b, Vector256<double> c) => Vector256.MultiplyAddEstimate(a, b, c);
    [MethodImpl(AggressiveInlining)] public static Vector256<double> MultiplySubtract(Vector256<double> a, Vector256<double> b, Vector256<double> c) => Fma.IsSupported ? Fma.MultiplyAddNegated(a, b, c) : Vector256.MultiplyAddEstimate(-a, b, c);
    [MethodImpl(AggressiveInlining)] public static Vector256<double> InverseSqrt(Vector256<double> a) => Vector256<double>.One / Vector256.Sqrt(a);
    [MethodImpl(AggressiveInlining)] public static Vector256<double> Divide(Vector256<double> a, Vector256<double> b) => a / b;
    [MethodImpl(AggressiveInlining)] public static Vector256<double> Log(Vector256<double> a) => Vector256.Log(a);
    [MethodImpl(AggressiveInlining)] public static Vector256<double> Exp(Vector256<double> a) => Vector256.Exp(a);
    [MethodImpl(AggressiveInlining)] public static Vector256<double> Abs(Vector256<double> a) => Vector256.Abs(a);
    [MethodImpl(AggressiveInlining)] public static Vector256<double> Max(Vector256<double> a, Vector256<double> b) => Vector256.Max(a, b);
    [MethodImpl(AggressiveInlining)] public static bool AnyNotPositive(Vector256<double> a) => !Vector256.GreaterThanAll(a, Vector256<double>.Zero);
}

/// <summary>One sequence: no vector hardware, or a batch of one, where idle lanes would cost memory.</summary>
internal readonly unsafe struct Lanes1 : ILanes<double>
{
    public static int Width => 1;
    [MethodImpl(AggressiveInlining)] public static double Load(double* from) => *from;
    [MethodImpl(AggressiveInlining)] public static void Store(double* to, double value) => *to = value;
    [MethodImpl(AggressiveInlining)] public static double Broadcast(double value) => value;
    [MethodImpl(AggressiveInlining)] public static double Add(double a, double b) => a + b;
    [MethodImpl(AggressiveInlining)] public static double Subtract(double a, double b) => a - b;
    [MethodImpl(AggressiveInlining)] public static double Multiply(double a, double b) => a * b;
    [MethodImpl(AggressiveInlining)] public static double MultiplyAdd(double a, double b, double c) => double.MultiplyAddEstimate(a, b, c);
    [MethodImpl(AggressiveInlining)] public static double MultiplySubtract(double a, double b, double c) => double.MultiplyAddEstimate(-a, b, c);
    [MethodImpl(AggressiveInlining)] public static double InverseSqrt(double a) => 1 / Math.Sqrt(a);
    [MethodImpl(AggressiveInlining)] public static double Divide(double a, double b) => a / b;
    [MethodImpl(AggressiveInlining)] public static double Log(double a) => Math.Log(a);
    [MethodImpl(AggressiveInlining)] public static double Exp(double a) => Math.Exp(a);
    [MethodImpl(AggressiveInlining)] public static double Abs(double a) => Math.Abs(a);
    [MethodImpl(AggressiveInlining)] public static double Max(double a, double b) => Math.Max(a, b);
    [MethodImpl(AggressiveInlining)] public static bool AnyNotPositive(double a) => !(a > 0);
}
