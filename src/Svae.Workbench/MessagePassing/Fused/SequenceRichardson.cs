using static Svae.Workbench.MessagePassing.RowArithmetic;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// One sequence's part of <see cref="Richardson"/>, on memory: u ← u + damping · r with r = v + Jᵀu − u, combined with earlier iterations
/// when there is a memory, d·(r − ΔR c) − ΔU c with c = argmin ‖r − ΔR c‖.
/// </summary>
internal sealed unsafe class SequenceRichardson
{
    private readonly int count, slots;
    private readonly FixedPointOptions options;
    private readonly double* v, u, residual, steps, changes; // steps and changes in a ring: a step, and what it did to the residual
    private readonly double[,] gram;
    private double norm = double.NaN;
    private int taken;

    /// <param name="count">Numbers of a sequence.</param>
    /// <param name="options">Step and memory.</param>
    /// <param name="v">The right-hand side.</param>
    /// <param name="u">Receives the solution.</param>
    /// <param name="memory"><see cref="Entries"/> numbers.</param>
    public SequenceRichardson(int count, FixedPointOptions options, double* v, double* u, double* memory)
    {
        (this.count, this.options, slots) = (count, options, options.AdjointMemory + 1);
        this.v = v;
        this.u = u;
        residual = memory;
        steps = residual + count;
        changes = steps + (long)slots * count;
        gram = new double[slots, slots];
    }

    public static long Entries(long count, FixedPointOptions options) => count * (1 + 2L * (options.AdjointMemory + 1));

    /// <summary>‖v + Jᵀu − u‖ / ‖v‖ when last measured.</summary>
    public double Relative { get; private set; }

    /// <summary>u = v, the one-step gradient.</summary>
    public void Restart() => new Span<double>(v, count).CopyTo(new Span<double>(u, count));

    /// <summary>u ← u + step.</summary>
    public void Advance()
    {
        int used = Math.Min(taken, options.AdjointMemory);
        double* step = steps + (long)(taken % slots) * count;
        new Span<double>(step, count).Clear();
        AddScaled(step, options.Damping, residual, step, count);
        Span<double> weights = stackalloc double[used];
        Weigh(weights);
        for (int i = 0; i < used; i++)
        {
            int slot = Slot(i, used);
            AddScaled(step, -options.Damping * weights[i], changes + (long)slot * count, step, count);
            AddScaled(step, -weights[i], steps + (long)slot * count, step, count);
        }
        AddScaled(u, 1, step, u, count);
        taken++;
    }

    /// <summary>Notes the residual of u, and what the last step did to it.</summary>
    /// <param name="product">Jᵀu; overwritten.</param>
    public void Measure(double* product)
    {
        if (double.IsNaN(norm)) norm = Math.Max(Math.Sqrt(Dot(v, v, count)), 1e-300);
        AddScaled(product, 1, v, product, count);
        AddScaled(product, -1, u, product, count);
        Relative = Math.Sqrt(Dot(product, product, count)) / norm;
        if (taken > 0 && options.AdjointMemory > 0)
        {
            int slot = (taken - 1) % slots, used = Math.Min(taken, options.AdjointMemory);
            double* change = changes + (long)slot * count;
            new Span<double>(product, count).CopyTo(new Span<double>(change, count));
            AddScaled(change, -1, residual, change, count);
            for (int i = 0; i < used; i++)
            {
                int other = Slot(i, used);
                gram[slot, other] = gram[other, slot] = Dot(change, changes + (long)other * count, count);
            }
        }
        new Span<double>(product, count).CopyTo(new Span<double>(residual, count));
    }

    /// <summary>Where the i-th of the last <paramref name="used"/> steps stands.</summary>
    private int Slot(int i, int used) => (taken - used + i) % slots;

    /// <summary>c, from the normal equations of changes scaled to length one.</summary>
    private void Weigh(Span<double> weights)
    {
        int used = weights.Length;
        var normal = new double[used, used + 1];
        Span<double> scale = stackalloc double[used];
        for (int i = 0; i < used; i++) scale[i] = 1 / Math.Max(Math.Sqrt(gram[Slot(i, used), Slot(i, used)]), 1e-300);
        for (int i = 0; i < used; i++)
        {
            for (int j = 0; j < used; j++) normal[i, j] = gram[Slot(i, used), Slot(j, used)] * scale[i] * scale[j] + (i == j ? 1e-13 : 0);
            normal[i, used] = scale[i] * Dot(changes + (long)Slot(i, used) * count, residual, count);
        }
        Eliminate(normal, used);
        for (int i = 0; i < used; i++) weights[i] = scale[i] * normal[i, used];
    }

    /// <summary>Solves a few equations by elimination with pivots; the right-hand sides are the last column, where the solution is left.</summary>
    private static void Eliminate(double[,] system, int size)
    {
        for (int p = 0; p < size; p++)
        {
            int pivot = Enumerable.Range(p, size - p).MaxBy(i => Math.Abs(system[i, p]));
            for (int j = p; j <= size; j++)
            {
                (system[p, j], system[pivot, j]) = (system[pivot, j], system[p, j]);
            }
            for (int i = 0; i < size; i++)
            {
                if (i == p) continue;
                double factor = system[i, p] / system[p, p];
                for (int j = p; j <= size; j++) system[i, j] -= factor * system[p, j];
            }
        }
        for (int i = 0; i < size; i++) system[i, size] /= system[i, i];
    }
}
