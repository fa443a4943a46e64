using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// Sizes of a mixture problem. A potential <c>−½ xᵀJx + hᵀx + c</c> is a row of <see cref="Features"/> numbers, the lower triangle of J, h and
/// c, so that its expectation is the inner product with the row φ of the moments, <c>[−½ w ∘ E xxᵀ, E x, 1]</c>, where w is 1 on the diagonal
/// and 2 below it.
/// </summary>
/// <param name="N">Points.</param>
/// <param name="K">Components.</param>
/// <param name="n">Latent dimension.</param>
/// <param name="S">Samples of each point.</param>
internal readonly record struct MixtureSize(int N, int K, int n, int S)
{
    /// <summary>Entries of a symmetric matrix's lower triangle, row by row.</summary>
    public int Triangle => n * (n + 1) / 2;

    /// <summary>Numbers of a potential without its constant.</summary>
    public int Node => Triangle + n;

    /// <summary>Numbers of a potential.</summary>
    public int Features => Node + 1;

    /// <summary>Where entry (i, j) of a symmetric matrix stands in its triangle.</summary>
    public static int Entry(int i, int j) => i >= j ? i * (i + 1) / 2 + j : Entry(j, i);
}

/// <summary>The components' potentials as a table of one row each, [K, features], and the way back for gradients.</summary>
internal static unsafe class MixtureTable
{
    /// <summary>The table; J enters by its symmetric part.</summary>
    /// <param name="potentials">The components.</param>
    /// <param name="sound">Is every entry finite and every J symmetric up to rounding?</param>
    public static Tensor Of(MixturePotentials potentials, out bool sound)
    {
        using var scope = NewDisposeScope();
        Tensor J = potentials.J.contiguous(), h = potentials.h.contiguous(), c = potentials.c.contiguous();
        int K = (int)J.shape[0], n = (int)J.shape[1];
        Tensor table = empty([K, new MixtureSize(0, K, n, 0).Features], ScalarType.Float64);
        double* j = Native.Doubles(J), linear = Native.Doubles(h), constant = Native.Doubles(c), to = Native.Doubles(table);
        double total = 0;
        sound = true;
        for (int k = 0; k < K; k++, j += n * n)
        {
            double* row = to;
            for (int a = 0; a < n; a++)
                for (int b = 0; b <= a; b++, to++)
                {
                    double below = j[a * n + b], above = j[b * n + a];
                    double scale = Math.Abs(below) + Math.Abs(above) + Math.Abs(j[a * n + a]) + Math.Abs(j[b * n + b]);
                    sound &= Math.Abs(below - above) <= ChainInput.SymmetryTolerance * scale;
                    *to = 0.5 * (below + above);
                }
            for (int a = 0; a < n; a++) *to++ = linear[k * n + a];
            *to++ = constant[k];
            for (; row < to; row++) total += Math.Abs(*row);
        }
        sound &= double.IsFinite(total);
        return table.MoveToOuterDisposeScope();
    }

    /// <summary>Gradients of J, h and c from those of the table.</summary>
    public static (Tensor J, Tensor h, Tensor c) Gradients(double* table, MixtureSize size)
    {
        int K = size.K, n = size.n;
        Tensor J = empty([K, n, n], ScalarType.Float64), h = empty([K, n], ScalarType.Float64), c = empty([K], ScalarType.Float64);
        double* j = Native.Doubles(J), linear = Native.Doubles(h), constant = Native.Doubles(c);
        for (int k = 0; k < K; k++, j += n * n)
        {
            for (int a = 0; a < n; a++)
                for (int b = 0; b <= a; b++, table++) j[a * n + b] = j[b * n + a] = (a == b ? 1 : 0.5) * *table;
            for (int a = 0; a < n; a++) *linear++ = *table++;
            *constant++ = *table++;
        }
        return (J, h, c);
    }
}
