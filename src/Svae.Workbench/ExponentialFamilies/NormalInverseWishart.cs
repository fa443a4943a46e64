using Svae.Workbench.ExponentialFamilies.Fused;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies;

/// <summary>
/// Normal-inverse-Wishart distribution over the mean and covariance of a Gaussian,
/// <c>Σ ~ IW(S, ν), μ | Σ ~ N(m, Σ/κ)</c>. With <c>Λ = Σ⁻¹</c>,
/// <c>η = (S + κmmᵀ, κm, κ, ν)</c> and <c>t(μ, Σ) = (−½Λ, Λμ, −½μᵀΛμ, ½log|Λ|)</c>.
/// </summary>
/// <remarks>
/// Conjugate prior of <see cref="Gaussian"/>; E[Σ] = S/(ν − n − 1). The density is with respect to dμ dΣ (the entries on and
/// below Σ's diagonal), with base measure <c>h = (2π)^{−n/2} |Σ|^{−(n+2)/2}</c>.
/// </remarks>
public sealed class NormalInverseWishart : IExponentialFamily<NormalInverseWishart.Natural, NormalInverseWishart.Value>
{
    private const string Name = nameof(NormalInverseWishart);

    /// <summary>Natural parameters, or statistics t in the same blocks.</summary>
    /// <param name="A">S + κmmᵀ, shape [..., n, n]; its statistic is −½Λ.</param>
    /// <param name="b">κm, shape [..., n]; its statistic is Λμ.</param>
    /// <param name="Kappa">κ, shape [...], positive; its statistic is −½μᵀΛμ.</param>
    /// <param name="Nu">ν, shape [...], above n − 1; its statistic is ½log|Λ|.</param>
    public sealed record Natural(Tensor A, Tensor b, Tensor Kappa, Tensor Nu) : INaturalParameters<Natural>
    {
        /// <inheritdoc/>
        public IReadOnlyList<Tensor> Blocks => [A, b, Kappa, Nu];

        /// <inheritdoc/>
        public static Natural FromBlocks(IReadOnlyList<Tensor> blocks) => new(blocks[0], blocks[1], blocks[2], blocks[3]);

        /// <inheritdoc/>
        public static IReadOnlyList<int> EventRanks { get; } = [2, 1, 0, 0];

        /// <inheritdoc/>
        public static IReadOnlyList<bool> SymmetricBlocks { get; } = [true, false, false, false];
    }

    /// <summary>Standard parameters. <see cref="FromStandard"/> broadcasts their batch dimensions.</summary>
    /// <param name="m">Mean of μ, shape [..., n].</param>
    /// <param name="Kappa">κ, how many observations the mean is worth, shape [...], positive.</param>
    /// <param name="S">Scale of Σ, shape [..., n, n], symmetric positive definite.</param>
    /// <param name="Nu">Degrees of freedom ν, shape [...], above n − 1.</param>
    public sealed record Standard(Tensor m, Tensor Kappa, Tensor S, Tensor Nu);

    /// <summary>A mean with its covariance.</summary>
    /// <param name="Mu">μ, shape [..., n].</param>
    /// <param name="Sigma">Σ, shape [..., n, n], symmetric positive definite.</param>
    public sealed record Value(Tensor Mu, Tensor Sigma);

    /// <summary>η = (S + κmmᵀ, κm, κ, ν).</summary>
    /// <exception cref="DomainException">S is not symmetric positive definite, κ ≤ 0, ν ≤ n − 1, or an entry is not finite.</exception>
    public static Natural FromStandard(Standard standard)
    {
        using var scope = NewDisposeScope();
        var (m, kappa, s, nu) = standard;
        Domain.Throw(Domain.SymmetricPositiveDefinite(s, $"{Name} S"));
        Tensor b = m * kappa.unsqueeze(-1);
        Tensor a = s + b.unsqueeze(-1) * m.unsqueeze(-2);
        long n = s.shape[^1];
        long[] batch = (a.select(-1, 0).select(-1, 0) + nu).shape;
        var natural = new Natural(
            a.expand([.. batch, n, n]).clone(), b.expand([.. batch, n]).clone(), kappa.expand(batch).clone(), nu.expand(batch).clone());
        Domain.Throw(Violation(natural, Name));
        return natural.Survive();
    }

    /// <summary>m = b/κ, S = A − bbᵀ/κ.</summary>
    public static Standard ToStandard(Natural eta)
    {
        using var scope = NewDisposeScope();
        Tensor m = eta.b / eta.Kappa.unsqueeze(-1);
        return new Standard(m.MoveToOuterDisposeScope(), eta.Kappa.alias().MoveToOuterDisposeScope(),
            Scale(eta).MoveToOuterDisposeScope(), eta.Nu.alias().MoveToOuterDisposeScope());
    }

    /// <summary>log Z(η) = ½νn log 2 + log Γ_n(ν/2) − ½ν log|S| − ½n log κ, shape [...].</summary>
    public Tensor LogPartition(Natural eta)
    {
        using var scope = NewDisposeScope();
        if (Fused(eta)?.LogPartition() is { } fused) return fused.reshape(eta.Nu.shape).MoveToOuterDisposeScope();
        long n = eta.A.shape[^1];
        Tensor factor = Domain.Cholesky(Scale(eta), $"{Name} S");
        Tensor logZ = InverseWishart.LogPartition(factor, eta.Nu) - 0.5 * n * eta.Kappa.log();
        return logZ.MoveToOuterDisposeScope();
    }

    /// <summary>E[Λ] = νS⁻¹, E[Λμ] = νS⁻¹m, E[μᵀΛμ] = n/κ + ν mᵀS⁻¹m, E log|Λ| = ψ_n(ν/2) + n log 2 − log|S|, in the blocks of η.</summary>
    public Natural ExpectedStatistics(Natural eta)
    {
        using var scope = NewDisposeScope();
        if (Fused(eta)?.ExpectedStatistics() is { } fused) return fused.InShapesOf(eta).Survive();
        long n = eta.A.shape[^1];
        Tensor m = eta.b / eta.Kappa.unsqueeze(-1);
        Tensor factor = Domain.Cholesky(Scale(eta), $"{Name} S");
        Tensor root = PositiveDefinite.InverseFactor(factor); // S⁻¹ = rootᵀ root
        Tensor whitened = matmul(root, m.unsqueeze(-1));
        Tensor nu1 = eta.Nu.unsqueeze(-1), nu2 = nu1.unsqueeze(-1);
        return new Natural(
            -0.5 * nu2 * matmul(root.mT, root),
            nu1 * matmul(root.mT, whitened).squeeze(-1),
            -0.5 * (n / eta.Kappa + eta.Nu * whitened.square().sum([-2, -1])),
            0.5 * InverseWishart.ExpectedLogDeterminant(factor, eta.Nu)).Survive();
    }

    /// <summary>t(μ, Σ) = (−½Λ, Λμ, −½μᵀΛμ, ½log|Λ|).</summary>
    public Natural Statistics(Value value)
    {
        using var scope = NewDisposeScope();
        Tensor factor = Domain.Cholesky(value.Sigma, $"{Name} Σ");
        Tensor root = PositiveDefinite.InverseFactor(factor); // Λ = rootᵀ root
        Tensor whitened = matmul(root, value.Mu.unsqueeze(-1));
        return new Natural(
            -0.5 * matmul(root.mT, root),
            matmul(root.mT, whitened).squeeze(-1),
            -0.5 * whitened.square().sum([-2, -1]),
            -PositiveDefinite.HalfLogDeterminant(factor)).Survive();
    }

    /// <summary>log h = −½n log 2π + ½(n + 2) log|Λ|, shape [...].</summary>
    public Tensor LogBaseMeasure(Natural statistics)
    {
        using var scope = NewDisposeScope();
        long n = statistics.A.shape[^1];
        return ((n + 2.0) * statistics.Nu - 0.5 * n * Math.Log(2 * Math.PI)).MoveToOuterDisposeScope();
    }

    /// <summary>Draws of (μ, Σ), shapes [count, ..., n] and [count, ..., n, n]: Σ by Bartlett's decomposition, then μ given Σ.</summary>
    public Value Sample(Natural eta, Generator generator, int count)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (m, kappa, s, nu) = ToStandard(eta);
        Tensor root = InverseWishart.SampleFactor(Domain.Cholesky(s, $"{Name} S"), nu, generator, count); // Σ = rootᵀ root
        Tensor noise = randn([count, .. m.shape], dtype: m.dtype, device: m.device, generator: generator).unsqueeze(-1);
        Tensor mu = m + matmul(root.mT, noise).squeeze(-1) / kappa.sqrt().unsqueeze(-1);
        return new Value(mu.MoveToOuterDisposeScope(), matmul(root.mT, root).MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public bool Contains(Natural eta) => Violation(eta, Name) is null;

    /// <inheritdoc/>
    public void Require(Natural eta, string symbol = Name) => Domain.Throw(Violation(eta, symbol));

    private static string? Violation(Natural q, string symbol)
    {
        using var scope = NewDisposeScope();
        if (Fused(q)?.Contains(Domain.SymmetryTolerance) == true) return null;
        Tensor s = Scale(q);
        return Domain.Finite(q.A, $"{symbol} A") ?? Domain.Finite(q.b, $"{symbol} b")
            ?? Domain.Finite(q.Kappa, $"{symbol} κ") ?? Domain.Finite(q.Nu, $"{symbol} ν")
            ?? Domain.Positive(q.Kappa, $"{symbol} κ") ?? Domain.DegreesOfFreedom(q.Nu, q.A.shape[^1], $"{symbol} ν")
            ?? Domain.Symmetric(q.A, $"{symbol} A") ?? Domain.PositiveDefinite(s, $"{symbol} S = A − bbᵀ/κ");
    }

    /// <summary>The same in one pass, where that is faster; after a check of the shapes.</summary>
    private static FusedNormalInverseWishart? Fused(Natural q)
    {
        RequireShapes(q);
        return SmallMatrix.Suits(q.Blocks, q.Nu.numel(), q.A.size(-1)) ? new FusedNormalInverseWishart(q) : null;
    }

    /// <summary>S = A − bbᵀ/κ, after a check of the shapes.</summary>
    private static Tensor Scale(Natural q)
    {
        RequireShapes(q);
        return q.A - q.b.unsqueeze(-1) * (q.b / q.Kappa.unsqueeze(-1)).unsqueeze(-2);
    }

    private static void RequireShapes(Natural q)
    {
        long n = Domain.Last(q.A, -1);
        long[] batch = Domain.RequireEvent(q.A, $"{Name} A", "n, n", n, n);
        Domain.RequireShape(q.b, $"{Name} b", "n", batch, n);
        Domain.RequireShape(q.Kappa, $"{Name} κ", "", batch);
        Domain.RequireShape(q.Nu, $"{Name} ν", "", batch);
    }
}
