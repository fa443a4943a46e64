using Svae.Workbench.MessagePassing;
using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies.Fused;

/// <summary>
/// <see cref="NormalInverseWishart"/> in one pass over the batch, for natural parameters inside the domain: an answer of null, or false, leaves
/// it to the tensor form to say what is wrong. The formulas are documented there.
/// </summary>
internal sealed unsafe class FusedNormalInverseWishart
{
    private readonly double* a, b, kappa, nu;
    private readonly int count, n;

    /// <param name="q">Natural parameters that <see cref="SmallMatrix.Suits"/>; they outlive this.</param>
    public FusedNormalInverseWishart(NormalInverseWishart.Natural q)
    {
        a = Native.Doubles(q.A);
        b = Native.Doubles(q.b);
        kappa = Native.Doubles(q.Kappa);
        nu = Native.Doubles(q.Nu);
        (count, n) = ((int)q.Nu.numel(), (int)q.A.size(-1));
    }

    /// <summary>log Z(η), [batch].</summary>
    public Tensor? LogPartition()
    {
        using Tensor gamma = FusedInverseWishart.HalfDegrees(nu, count, n).lgamma_();
        Tensor logZ = empty(count, ScalarType.Float64);
        double* scale = stackalloc double[n * n], g = Native.Doubles(gamma), to = Native.Doubles(logZ);
        for (int i = 0; i < count; i++, g += n)
        {
            if (!Factor(i, scale)) return null;
            to[i] = FusedInverseWishart.LogPartition(scale, n, nu[i], g) - 0.5 * n * Math.Log(kappa[i]);
        }
        return logZ;
    }

    /// <summary>E[t], in the blocks of η with one batch dimension.</summary>
    public NormalInverseWishart.Natural? ExpectedStatistics()
    {
        using Tensor psi = FusedInverseWishart.HalfDegrees(nu, count, n).digamma_();
        var expected = new NormalInverseWishart.Natural(
            empty([count, n, n], ScalarType.Float64), empty([count, n], ScalarType.Float64), empty(count, ScalarType.Float64), empty(count, ScalarType.Float64));
        double* root = stackalloc double[n * n], whitened = stackalloc double[n], mean = stackalloc double[n], p = Native.Doubles(psi);
        double* precision = Native.Doubles(expected.A), linear = Native.Doubles(expected.b), square = Native.Doubles(expected.Kappa), logDeterminant = Native.Doubles(expected.Nu);
        for (int i = 0; i < count; i++, p += n, precision += n * n, linear += n)
        {
            if (!Factor(i, root)) return null;
            logDeterminant[i] = FusedInverseWishart.HalfExpectedLogDeterminant(root, n, p);
            for (int k = 0; k < n; k++) mean[k] = b[i * n + k] / kappa[i];
            SmallMatrix.InvertLower(root, n);
            SmallMatrix.LowerProduct(root, n, mean, 1, whitened);
            double length = 0;
            for (int k = 0; k < n; k++) length += whitened[k] * whitened[k];
            SmallMatrix.TransposedProduct(root, n, root, n, n, -0.5 * nu[i], precision);
            SmallMatrix.TransposedProduct(root, n, whitened, 1, n, nu[i], linear);
            square[i] = -0.5 * (n / kappa[i] + nu[i] * length);
        }
        return expected;
    }

    /// <summary>Is every distribution surely inside the domain?</summary>
    public bool Contains(double symmetryTolerance)
    {
        double* scale = stackalloc double[n * n];
        for (int i = 0; i < count; i++)
        {
            bool inside = kappa[i] > 0 && double.IsFinite(kappa[i]) && nu[i] > n - 1 && double.IsFinite(nu[i])
                && SmallMatrix.IsSymmetric(a + i * n * n, n, symmetryTolerance) && Factor(i, scale);
            for (int k = 0; k < n; k++) inside &= double.IsFinite(b[i * n + k]);
            if (!inside) return false;
        }
        return true;
    }

    /// <summary>The Cholesky factor of S = A − bbᵀ/κ, if it has one.</summary>
    private bool Factor(int i, double* scale)
    {
        double* from = a + i * n * n, linear = b + i * n;
        for (int k = 0; k < n; k++)
            for (int l = 0; l < n; l++) scale[k * n + l] = from[k * n + l] - linear[k] * linear[l] / kappa[i];
        return SmallMatrix.Cholesky(scale, n);
    }
}
