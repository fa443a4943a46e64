using Svae.Workbench.MessagePassing;
using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies.Fused;

/// <summary><see cref="InverseWishart"/> of one matrix at a time, given the Cholesky factor of its scale.</summary>
internal static unsafe class FusedInverseWishart
{
    /// <summary>(ν − k)/2 for k = 0 … n − 1, [batch, n]: where the multivariate gamma function or its derivative is to be taken.</summary>
    public static Tensor HalfDegrees(double* nu, int count, int n)
    {
        Tensor degrees = empty([count, n], ScalarType.Float64);
        double* to = Native.Doubles(degrees);
        for (int i = 0; i < count; i++)
            for (int k = 0; k < n; k++) *to++ = 0.5 * (nu[i] - k);
        return degrees;
    }

    /// <summary>½νn log 2 + log Γ_n(ν/2) − ½ν log|S|.</summary>
    /// <param name="factor">Cholesky factor of S.</param>
    /// <param name="n">Its size.</param>
    /// <param name="nu">ν.</param>
    /// <param name="logGamma">log Γ at the half degrees.</param>
    public static double LogPartition(double* factor, int n, double nu, double* logGamma) =>
        n * (n - 1) / 4.0 * Math.Log(Math.PI) + nu * (0.5 * n * Math.Log(2) - SmallMatrix.LogDiagonal(factor, n)) + Sum(logGamma, n);

    /// <summary>½E log|Σ⁻¹| = ½(ψ_n(ν/2) + n log 2 − log|S|).</summary>
    /// <param name="factor">Cholesky factor of S.</param>
    /// <param name="n">Its size.</param>
    /// <param name="digamma">ψ at the half degrees.</param>
    public static double HalfExpectedLogDeterminant(double* factor, int n, double* digamma) =>
        0.5 * (Sum(digamma, n) + n * Math.Log(2)) - SmallMatrix.LogDiagonal(factor, n);

    private static double Sum(double* values, int count)
    {
        double sum = 0;
        for (int k = 0; k < count; k++) sum += values[k];
        return sum;
    }
}
