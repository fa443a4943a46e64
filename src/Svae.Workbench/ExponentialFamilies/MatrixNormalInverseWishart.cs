using Svae.Workbench.ExponentialFamilies.Fused;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies;

/// <summary>
/// Matrix-normal-inverse-Wishart distribution over the coefficients and noise covariance of a linear regression,
/// <c>Σ ~ IW(S, ν), A | Σ ~ MN(M, Σ, K)</c>: rows of A covary as Σ, columns as K. With <c>Λ = Σ⁻¹</c>,
/// <c>η = (K⁻¹, K⁻¹Mᵀ, S + MK⁻¹Mᵀ, ν)</c> and <c>t(A, Σ) = (−½AᵀΛA, AᵀΛ, −½Λ, ½log|Λ|)</c>.
/// </summary>
/// <remarks>
/// Conjugate prior of linear dynamics x_{t+1} ~ N(A x_t, Σ), with <c>[A b]</c> in place of A for affine ones (p = n + 1).
/// The density is with respect to dA dΣ (the entries on and below Σ's diagonal), with base measure
/// <c>h = (2π)^{−np/2} |Σ|^{−(n+p+1)/2}</c>.
/// </remarks>
public sealed class MatrixNormalInverseWishart : IExponentialFamily<MatrixNormalInverseWishart.Natural, MatrixNormalInverseWishart.Value>
{
    private const string Name = nameof(MatrixNormalInverseWishart);

    /// <summary>Natural parameters, or statistics t in the same blocks.</summary>
    /// <param name="KInverse">K⁻¹, shape [..., p, p]; its statistic is −½AᵀΛA.</param>
    /// <param name="B">K⁻¹Mᵀ, shape [..., p, n]; its statistic is AᵀΛ.</param>
    /// <param name="C">S + MK⁻¹Mᵀ, shape [..., n, n]; its statistic is −½Λ.</param>
    /// <param name="Nu">ν, shape [...], above n − 1; its statistic is ½log|Λ|.</param>
    public sealed record Natural(Tensor KInverse, Tensor B, Tensor C, Tensor Nu) : INaturalParameters<Natural>
    {
        /// <inheritdoc/>
        public IReadOnlyList<Tensor> Blocks => [KInverse, B, C, Nu];

        /// <inheritdoc/>
        public static Natural FromBlocks(IReadOnlyList<Tensor> blocks) => new(blocks[0], blocks[1], blocks[2], blocks[3]);

        /// <inheritdoc/>
        public static IReadOnlyList<int> EventRanks { get; } = [2, 2, 2, 0];

        /// <inheritdoc/>
        public static IReadOnlyList<bool> SymmetricBlocks { get; } = [true, false, true, false];
    }

    /// <summary>Standard parameters. <see cref="FromStandard"/> broadcasts their batch dimensions.</summary>
    /// <param name="M">Mean of A, shape [..., n, p].</param>
    /// <param name="K">Column covariance, shape [..., p, p], symmetric positive definite.</param>
    /// <param name="S">Scale of Σ, shape [..., n, n], symmetric positive definite; E[Σ] = S/(ν − n − 1).</param>
    /// <param name="Nu">Degrees of freedom ν, shape [...], above n − 1.</param>
    public sealed record Standard(Tensor M, Tensor K, Tensor S, Tensor Nu);

    /// <summary>Regression coefficients with their noise covariance.</summary>
    /// <param name="A">A, shape [..., n, p].</param>
    /// <param name="Sigma">Σ, shape [..., n, n], symmetric positive definite.</param>
    public sealed record Value(Tensor A, Tensor Sigma);

    /// <summary>η = (K⁻¹, K⁻¹Mᵀ, S + MK⁻¹Mᵀ, ν).</summary>
    /// <exception cref="DomainException">K or S is not symmetric positive definite, ν ≤ n − 1, or an entry is not finite.</exception>
    public static Natural FromStandard(Standard standard)
    {
        using var scope = NewDisposeScope();
        var (mean, k, s, nu) = standard;
        Domain.Throw(Domain.SymmetricPositiveDefinite(k, $"{Name} K") ?? Domain.SymmetricPositiveDefinite(s, $"{Name} S"));
        Tensor root = PositiveDefinite.InverseFactor(Domain.Cholesky(k, $"{Name} K"));
        Tensor kInverse = matmul(root.mT, root);
        Tensor whitened = matmul(root, mean.mT);
        Tensor b = matmul(root.mT, whitened), c = s + matmul(whitened.mT, whitened);
        long n = mean.shape[^2], p = mean.shape[^1];
        long[] batch = (c.select(-1, 0).select(-1, 0) + nu).shape;
        var natural = new Natural(
            kInverse.expand([.. batch, p, p]).clone(), b.expand([.. batch, p, n]).clone(),
            c.expand([.. batch, n, n]).clone(), nu.expand(batch).clone());
        Domain.Throw(Violation(natural, Name));
        return natural.Survive();
    }

    /// <summary>K = (K⁻¹)⁻¹, M = BᵀK, S = C − BᵀKB.</summary>
    public static Standard ToStandard(Natural eta)
    {
        using var scope = NewDisposeScope();
        var (root, mean, s) = Regression(eta);
        Tensor k = matmul(root.mT, root);
        return new Standard(mean.MoveToOuterDisposeScope(), k.MoveToOuterDisposeScope(), s.MoveToOuterDisposeScope(),
            eta.Nu.alias().MoveToOuterDisposeScope());
    }

    /// <summary>log Z(η) = ½νn log 2 + log Γ_n(ν/2) − ½ν log|S| − ½n log|K⁻¹|, shape [...].</summary>
    public Tensor LogPartition(Natural eta)
    {
        using var scope = NewDisposeScope();
        if (Fused(eta)?.LogPartition() is { } fused) return fused.reshape(eta.Nu.shape).MoveToOuterDisposeScope();
        var (root, _, s) = Regression(eta);
        Tensor logZ = InverseWishart.LogPartition(Domain.Cholesky(s, $"{Name} S"), eta.Nu)
            + s.shape[^1] * PositiveDefinite.HalfLogDeterminant(root);
        return logZ.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// E[AᵀΛA] = nK + ν MᵀS⁻¹M, E[AᵀΛ] = ν MᵀS⁻¹, E[Λ] = νS⁻¹, E log|Λ| = ψ_n(ν/2) + n log 2 − log|S|, in the blocks of η.
    /// </summary>
    public Natural ExpectedStatistics(Natural eta)
    {
        using var scope = NewDisposeScope();
        if (Fused(eta)?.ExpectedStatistics() is { } fused) return fused.InShapesOf(eta).Survive();
        var (columnRoot, mean, s) = Regression(eta);
        Tensor factor = Domain.Cholesky(s, $"{Name} S");
        Tensor root = PositiveDefinite.InverseFactor(factor); // S⁻¹ = rootᵀ root
        Tensor whitened = matmul(root, mean);
        Tensor nu = eta.Nu.unsqueeze(-1).unsqueeze(-1);
        return new Natural(
            -0.5 * (s.shape[^1] * matmul(columnRoot.mT, columnRoot) + nu * matmul(whitened.mT, whitened)),
            nu * matmul(whitened.mT, root),
            -0.5 * nu * matmul(root.mT, root),
            0.5 * InverseWishart.ExpectedLogDeterminant(factor, eta.Nu)).Survive();
    }

    /// <summary>t(A, Σ) = (−½AᵀΛA, AᵀΛ, −½Λ, ½log|Λ|).</summary>
    public Natural Statistics(Value value)
    {
        using var scope = NewDisposeScope();
        Tensor factor = Domain.Cholesky(value.Sigma, $"{Name} Σ");
        Tensor root = PositiveDefinite.InverseFactor(factor); // Λ = rootᵀ root
        Tensor whitened = matmul(root, value.A);
        return new Natural(
            -0.5 * matmul(whitened.mT, whitened),
            matmul(whitened.mT, root),
            -0.5 * matmul(root.mT, root),
            -PositiveDefinite.HalfLogDeterminant(factor)).Survive();
    }

    /// <summary>log h = −½np log 2π + ½(n + p + 1) log|Λ|, shape [...].</summary>
    public Tensor LogBaseMeasure(Natural statistics)
    {
        using var scope = NewDisposeScope();
        long p = statistics.B.shape[^2], n = statistics.B.shape[^1];
        return ((n + p + 1.0) * statistics.Nu - 0.5 * n * p * Math.Log(2 * Math.PI)).MoveToOuterDisposeScope();
    }

    /// <summary>Draws of (A, Σ), shapes [count, ..., n, p] and [count, ..., n, n]: Σ by Bartlett's decomposition, then A given Σ.</summary>
    public Value Sample(Natural eta, Generator generator, int count)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (columnRoot, mean, s) = Regression(eta); // K = columnRootᵀ columnRoot
        Tensor root = InverseWishart.SampleFactor(Domain.Cholesky(s, $"{Name} S"), eta.Nu, generator, count); // Σ = rootᵀ root
        Tensor noise = randn([count, .. mean.shape], dtype: mean.dtype, device: mean.device, generator: generator);
        Tensor a = mean + matmul(matmul(root.mT, noise), columnRoot);
        return new Value(a.MoveToOuterDisposeScope(), matmul(root.mT, root).MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public bool Contains(Natural eta) => Violation(eta, Name) is null;

    /// <inheritdoc/>
    public void Require(Natural eta, string symbol = Name) => Domain.Throw(Violation(eta, symbol));

    private static string? Violation(Natural q, string symbol)
    {
        using var scope = NewDisposeScope();
        if (Fused(q)?.Contains(Domain.SymmetryTolerance) == true) return null;
        return Domain.Finite(q.KInverse, $"{symbol} K⁻¹") ?? Domain.Finite(q.B, $"{symbol} B")
            ?? Domain.Finite(q.C, $"{symbol} C") ?? Domain.Finite(q.Nu, $"{symbol} ν")
            ?? Domain.DegreesOfFreedom(q.Nu, q.C.shape[^1], $"{symbol} ν")
            ?? Domain.SymmetricPositiveDefinite(q.KInverse, $"{symbol} K⁻¹")
            ?? Domain.Symmetric(q.C, $"{symbol} C")
            ?? Domain.PositiveDefinite(Regression(q).Scale, $"{symbol} S = C − BᵀKB");
    }

    /// <summary>The same in one pass, where that is faster; after a check of the shapes.</summary>
    private static FusedMatrixNormalInverseWishart? Fused(Natural q)
    {
        RequireShapes(q);
        return SmallMatrix.Suits(q.Blocks, q.Nu.numel(), Math.Max(q.B.size(-2), q.B.size(-1))) ? new FusedMatrixNormalInverseWishart(q) : null;
    }

    /// <summary>Of the regression that η describes: the root R with K = RᵀR, the mean M = BᵀK and the scale S = C − BᵀKB.</summary>
    private static (Tensor ColumnRoot, Tensor Mean, Tensor Scale) Regression(Natural q)
    {
        RequireShapes(q);
        Tensor root = PositiveDefinite.InverseFactor(Domain.Cholesky(q.KInverse, $"{Name} K⁻¹"));
        Tensor whitened = matmul(root, q.B);
        return (root, matmul(whitened.mT, root), q.C - matmul(whitened.mT, whitened));
    }

    private static void RequireShapes(Natural q)
    {
        long p = Domain.Last(q.B, -2), n = Domain.Last(q.B, -1);
        long[] batch = Domain.RequireEvent(q.B, $"{Name} B", "p, n", p, n);
        Domain.RequireShape(q.KInverse, $"{Name} K⁻¹", "p, p", batch, p, p);
        Domain.RequireShape(q.C, $"{Name} C", "n, n", batch, n, n);
        Domain.RequireShape(q.Nu, $"{Name} ν", "", batch);
    }
}
