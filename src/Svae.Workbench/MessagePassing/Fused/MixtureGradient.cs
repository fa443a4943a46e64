using System.Runtime.InteropServices;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>Gradients of a sweep's outputs for a group of points, in lanes.</summary>
internal sealed unsafe class MixtureGradient
{
    private readonly double* all;
    private readonly long entries;

    /// <param name="size">Sizes.</param>
    /// <param name="arena">Memory for <see cref="Entries"/> entries.</param>
    public MixtureGradient(MixtureSize size, LaneArena arena)
    {
        entries = Entries(size);
        all = arena.Take(entries);
        double* next = all;
        double* Take(int count)
        {
            double* piece = next;
            next += count * arena.Lanes;
            return piece;
        }
        LaneMatrix Matrix(int rows, int columns) => new(Take(rows * columns), rows, columns, columns * arena.Lanes, arena.Lanes);
        Responsibilities = Take(size.K);
        Evidence = Take(size.K);
        Total = Take(1);
        NegativeKl = Take(1);
        (Mean, Covariance, Samples) = (Matrix(size.n, 1), Matrix(size.n, size.n), Matrix(size.n, size.S));
        Lanes = arena.Lanes;
    }

    private int Lanes { get; }

    public static long Entries(MixtureSize size) => 2L * size.K + 2 + size.n + (long)size.n * size.n + (long)size.n * size.S;

    /// <summary>That of γ', [K].</summary>
    public double* Responsibilities { get; }

    /// <summary>That of r, [K].</summary>
    public double* Evidence { get; }

    /// <summary>Those of the surrogate and of −KL together.</summary>
    public double* Total { get; }

    /// <summary>That of −KL.</summary>
    public double* NegativeKl { get; }

    public LaneMatrix Mean { get; }

    public LaneMatrix Covariance { get; }

    public LaneMatrix Samples { get; }

    /// <summary>All zero.</summary>
    public void Clear() => NativeMemory.Clear(all, (nuint)(entries * Lanes * sizeof(double)));
}
