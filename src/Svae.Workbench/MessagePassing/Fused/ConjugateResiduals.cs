using System.Runtime.CompilerServices;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// Solves <c>(I − Jᵀ) u = v</c>, J = ∂γ'/∂γ, for each point of a group by conjugate residuals (Saad 2003, section 6.8). J is
/// <c>S B H Bᵀ</c> with S the covariance of q(z) and H that of q(x)'s statistics, so I − Jᵀ is self-adjoint in the inner product of S, which
/// on weights of mean zero is <c>Σ_k γ'_k u_k v_k</c>. The residual never rises, and after as many iterations as B has independent columns
/// it is zero up to rounding.
/// </summary>
internal sealed unsafe class ConjugateResiduals<V, M> where V : struct where M : struct, ILanes<V>
{
    private readonly int K;
    private readonly double* residual, direction, residualImage, directionImage, first, scalars;

    /// <param name="K">Components.</param>
    /// <param name="arena">Memory for <see cref="Entries"/> entries.</param>
    public ConjugateResiduals(int K, LaneArena arena)
    {
        this.K = K;
        residual = arena.Take(K);
        direction = arena.Take(K);
        residualImage = arena.Take(K);
        directionImage = arena.Take(K);
        first = arena.Take(K);
        scalars = arena.Take(Scalars);
    }

    private const int Scalars = 6;

    public static long Entries(int K) => 5L * K + Scalars;

    private int iterations, fellBack;
    private double largest;

    /// <summary>Adds what the last solution took: products with J, the largest residual relative to v in the norm of S, points that have u = v.</summary>
    public void Report(AdjointReport report, FixedPointOptions options)
    {
        report.Iterations = Math.Max(report.Iterations, iterations);
        report.Residual = Math.Max(report.Residual, largest);
        report.Converged &= largest <= options.AdjointTolerance;
        report.FellBack += fellBack;
    }

    /// <summary>Overwrites v by u.</summary>
    /// <param name="kernel">At the fixed point, after its sweep.</param>
    /// <param name="v">v, [K]; zero in lanes without a point.</param>
    /// <param name="options">Tolerance and most iterations.</param>
    [MethodImpl(AggressiveOptimization)]
    public void Solve(MixtureKernel<V, M> kernel, double* v, FixedPointOptions options)
    {
        int w = M.Width;
        double* norm = scalars, relative = norm + w, curvature = relative + w, step = curvature + w, before = step + w, denominator = before + w;
        kernel.Centre(v);
        Copy(v, first);
        Store(norm, kernel, v, v);
        kernel.JacobianTransposed(v, residual); // the residual of u = v
        iterations = 1;
        for (bool fresh = true; Measure(kernel, norm, relative) > options.AdjointTolerance && iterations < options.MaxAdjointIterations; fresh = false)
        {
            Image(kernel, residual, residualImage);
            iterations++;
            Store(curvature, kernel, residual, residualImage);
            if (fresh)
            {
                Copy(residual, direction);
                Copy(residualImage, directionImage);
            }
            else
            {
                for (int l = 0; l < w; l++) step[l] = Quotient(curvature[l], before[l]);
                LaneTable<V, M>.AddScaled(residual, M.Load(step), direction, direction, K);
                LaneTable<V, M>.AddScaled(residualImage, M.Load(step), directionImage, directionImage, K);
            }
            Store(denominator, kernel, directionImage, directionImage);
            for (int l = 0; l < w; l++) (step[l], before[l]) = (relative[l] > options.AdjointTolerance ? Quotient(curvature[l], denominator[l]) : 0, curvature[l]);
            LaneTable<V, M>.AddScaled(v, M.Load(step), direction, v, K);
            LaneTable<V, M>.AddScaled(residual, M.Subtract(default, M.Load(step)), directionImage, residual, K);
        }
        largest = Measure(kernel, norm, relative);
        fellBack = 0;
        for (int l = 0; l < w; l++)
        {
            if (relative[l] <= AdjointReport.FallbackResidual) continue;
            fellBack++;
            for (int k = 0; k < K; k++) v[k * w + l] = first[k * w + l];
        }
    }

    /// <summary>(I − Jᵀ) x.</summary>
    private void Image(MixtureKernel<V, M> kernel, double* x, double* to)
    {
        kernel.JacobianTransposed(x, to);
        for (int at = 0; at < K * M.Width; at += M.Width) M.Store(to + at, M.Subtract(M.Load(x + at), M.Load(to + at)));
    }

    /// <summary>Each lane's relative residual; returns the largest.</summary>
    private double Measure(MixtureKernel<V, M> kernel, double* norm, double* relative)
    {
        Store(relative, kernel, residual, residual);
        double largest = 0;
        for (int l = 0; l < M.Width; l++)
        {
            relative[l] = Math.Sqrt(Quotient(relative[l], norm[l]));
            largest = Math.Max(largest, relative[l]);
        }
        return largest;
    }

    /// <summary>⟨a, b⟩ in the inner product of S.</summary>
    private void Store(double* to, MixtureKernel<V, M> kernel, double* a, double* b) => M.Store(to, LaneTable<V, M>.Dot(kernel.Responsibilities, a, b, K));

    private void Copy(double* from, double* to) => Buffer.MemoryCopy(from, to, (long)K * M.Width * sizeof(double), (long)K * M.Width * sizeof(double));

    /// <summary>0/0 is 0: where there is nothing left, nothing is to be done.</summary>
    private static double Quotient(double a, double b) => a == 0 || b == 0 ? 0 : a / b;
}
