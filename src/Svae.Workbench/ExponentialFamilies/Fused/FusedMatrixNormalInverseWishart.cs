using Svae.Workbench.MessagePassing;
using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies.Fused;

/// <summary>
/// <see cref="MatrixNormalInverseWishart"/> in one pass over the batch, for natural parameters inside the domain: an answer of null, or false,
/// leaves it to the tensor form to say what is wrong. The formulas are documented there.
/// </summary>
internal sealed unsafe class FusedMatrixNormalInverseWishart
{
    private readonly double* columns, b, c, nu;
    private readonly int count, n, p;

    /// <param name="q">Natural parameters that <see cref="SmallMatrix.Suits"/>; they outlive this.</param>
    public FusedMatrixNormalInverseWishart(MatrixNormalInverseWishart.Natural q)
    {
        columns = Native.Doubles(q.KInverse);
        b = Native.Doubles(q.B);
        c = Native.Doubles(q.C);
        nu = Native.Doubles(q.Nu);
        (count, p, n) = ((int)q.Nu.numel(), (int)q.B.size(-2), (int)q.B.size(-1));
    }

    /// <summary>log Z(η), [batch].</summary>
    public Tensor? LogPartition()
    {
        using Tensor gamma = FusedInverseWishart.HalfDegrees(nu, count, n).lgamma_();
        Tensor logZ = empty(count, ScalarType.Float64);
        double* column = stackalloc double[p * p], whitened = stackalloc double[p * n], scale = stackalloc double[n * n];
        double* g = Native.Doubles(gamma), to = Native.Doubles(logZ);
        for (int i = 0; i < count; i++, g += n)
        {
            if (!Regression(i, column, whitened, scale)) return null;
            to[i] = FusedInverseWishart.LogPartition(scale, n, nu[i], g) + n * SmallMatrix.LogDiagonal(column, p);
        }
        return logZ;
    }

    /// <summary>E[t], in the blocks of η with one batch dimension.</summary>
    public MatrixNormalInverseWishart.Natural? ExpectedStatistics()
    {
        using Tensor psi = FusedInverseWishart.HalfDegrees(nu, count, n).digamma_();
        var expected = new MatrixNormalInverseWishart.Natural(empty([count, p, p], ScalarType.Float64), empty([count, p, n], ScalarType.Float64),
            empty([count, n, n], ScalarType.Float64), empty(count, ScalarType.Float64));
        double* column = stackalloc double[p * p], whitened = stackalloc double[p * n], root = stackalloc double[n * n], mean = stackalloc double[n * p], z = stackalloc double[n * p];
        double* square = Native.Doubles(expected.KInverse), product = Native.Doubles(expected.B), precision = Native.Doubles(expected.C), half = Native.Doubles(expected.Nu), digamma = Native.Doubles(psi);
        for (int i = 0; i < count; i++, digamma += n, square += p * p, product += p * n, precision += n * n)
        {
            if (!Regression(i, column, whitened, root)) return null;
            half[i] = FusedInverseWishart.HalfExpectedLogDeterminant(root, n, digamma);
            SmallMatrix.InvertLower(root, n);
            SmallMatrix.TransposedProduct(whitened, n, column, p, p, 1, mean); // M = WᵀR
            SmallMatrix.LowerProduct(root, n, mean, p, z);
            SmallMatrix.TransposedProduct(column, p, column, p, p, -0.5 * n, square);
            SmallMatrix.TransposedProduct(z, p, z, p, n, -0.5 * nu[i], square, add: true);
            SmallMatrix.TransposedProduct(z, p, root, n, n, nu[i], product);
            SmallMatrix.TransposedProduct(root, n, root, n, n, -0.5 * nu[i], precision);
        }
        return expected;
    }

    /// <summary>Is every distribution surely inside the domain?</summary>
    public bool Contains(double symmetryTolerance)
    {
        double* column = stackalloc double[p * p], whitened = stackalloc double[p * n], scale = stackalloc double[n * n];
        for (int i = 0; i < count; i++)
        {
            bool inside = nu[i] > n - 1 && double.IsFinite(nu[i]) && SmallMatrix.IsSymmetric(columns + i * p * p, p, symmetryTolerance)
                && SmallMatrix.IsSymmetric(c + i * n * n, n, symmetryTolerance) && Regression(i, column, whitened, scale);
            for (int k = 0; k < p * n; k++) inside &= double.IsFinite(b[i * p * n + k]);
            if (!inside) return false;
        }
        return true;
    }

    /// <summary>R = L⁻¹ with K⁻¹ = LLᵀ, W = R B, and the Cholesky factor of S = C − WᵀW, if there are these.</summary>
    private bool Regression(int i, double* column, double* whitened, double* scale)
    {
        new Span<double>(columns + i * p * p, p * p).CopyTo(new Span<double>(column, p * p));
        new Span<double>(c + i * n * n, n * n).CopyTo(new Span<double>(scale, n * n));
        if (!SmallMatrix.Cholesky(column, p)) return false;
        SmallMatrix.InvertLower(column, p);
        SmallMatrix.LowerProduct(column, p, b + i * p * n, n, whitened);
        SmallMatrix.TransposedProduct(whitened, n, whitened, n, p, -1, scale, add: true);
        return SmallMatrix.Cholesky(scale, n);
    }
}
