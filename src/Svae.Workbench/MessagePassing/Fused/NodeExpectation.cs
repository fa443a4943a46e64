using System.Runtime.CompilerServices;
using static Svae.Workbench.MessagePassing.RowArithmetic;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// A sequence's <c>Σ_t E[−½ x_tᵀJn_t x_t + hn_tᵀx_t]</c>, as <see cref="NodeMoments.Expected"/> gives it for each frame, and its adjoint.
/// </summary>
/// <param name="Jn">Node precisions, [T, n], or [T, n, n] when <paramref name="dense"/>.</param>
/// <param name="hn">Node linear terms, [T, n].</param>
/// <param name="dense">Are node precisions whole matrices?</param>
/// <param name="T">Frames.</param>
/// <param name="n">Latent dimension.</param>
internal readonly unsafe struct NodeExpectation(double* Jn, double* hn, bool dense, int T, int n)
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Of(PathMoments moments)
    {
        double sum = 0;
        double* m = moments.Mean, C = moments.Covariance, J = Jn, h = hn;
        for (int t = 0; t < T; t++, m += n, C += n * n, J += dense ? n * n : n, h += n)
        {
            sum += Dot(h, m, n);
            for (int i = 0; i < n; i++)
                sum -= 0.5 * (dense ? Dot(J + i * n, C + i * n, n) + m[i] * Dot(J + i * n, m, n) : J[i] * (C[i * (n + 1)] + m[i] * m[i]));
        }
        return sum;
    }

    /// <summary>Adds g times the gradient with respect to the moments.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddToMoments(double g, PathMoments moments, PathMoments gradient)
    {
        double* m = moments.Mean, dm = gradient.Mean, dC = gradient.Covariance, J = Jn, h = hn;
        for (int t = 0; t < T; t++, m += n, dm += n, dC += n * n, J += dense ? n * n : n, h += n)
            for (int i = 0; i < n; i++)
            {
                dm[i] += g * (h[i] - (dense ? Dot(J + i * n, m, n) : J[i] * m[i]));
                if (dense) AddScaled(dC + i * n, -0.5 * g, J + i * n, dC + i * n, n);
                else dC[i * (n + 1)] -= 0.5 * g * J[i];
            }
    }

    /// <summary>Adds g times the gradient with respect to the node potentials.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddToPotentials(double g, PathMoments moments, double* dJ, double* dh)
    {
        double* m = moments.Mean, C = moments.Covariance;
        for (int t = 0; t < T; t++, m += n, C += n * n, dJ += dense ? n * n : n, dh += n)
        {
            AddScaled(dh, g, m, dh, n);
            for (int i = 0; i < n; i++)
                if (!dense) dJ[i] -= 0.5 * g * (C[i * (n + 1)] + m[i] * m[i]);
                else
                {
                    AddScaled(dJ + i * n, -0.5 * g, C + i * n, dJ + i * n, n);
                    AddScaled(dJ + i * n, -0.5 * g * m[i], m, dJ + i * n, n);
                }
        }
    }
}
