using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies;

/// <summary>
/// Multivariate Gaussian <c>x ~ N(μ, Σ)</c> in information form,
/// <c>p(x) = (2π)^{−n/2} exp{⟨η, t(x)⟩ − log Z(η)}</c> with <c>η = (J, h) = (Σ⁻¹, Σ⁻¹μ)</c> and <c>t(x) = (−½xxᵀ, x)</c>.
/// </summary>
/// <remarks>
/// J is a positive precision, as in the Gaussian chain (no −½ folded in), whose log Z does include powers of 2π.
/// The density is with respect to dx, with base measure <c>h = (2π)^{−n/2}</c>.
/// </remarks>
public sealed class Gaussian : IExponentialFamily<Gaussian.Natural, Tensor>
{
    private const string Name = nameof(Gaussian);

    /// <summary>Natural parameters, or statistics t in the same blocks.</summary>
    /// <param name="J">Precision Σ⁻¹, shape [..., n, n], symmetric positive definite; its statistic is −½xxᵀ.</param>
    /// <param name="h">Σ⁻¹μ, shape [..., n]; its statistic is x.</param>
    public sealed record Natural(Tensor J, Tensor h) : INaturalParameters<Natural>
    {
        /// <inheritdoc/>
        public IReadOnlyList<Tensor> Blocks => [J, h];

        /// <inheritdoc/>
        public static Natural FromBlocks(IReadOnlyList<Tensor> blocks) => new(blocks[0], blocks[1]);

        /// <inheritdoc/>
        public static IReadOnlyList<int> EventRanks { get; } = [2, 1];

        /// <inheritdoc/>
        public static IReadOnlyList<bool> SymmetricBlocks { get; } = [true, false];
    }

    /// <summary>Standard parameters. <see cref="FromStandard"/> broadcasts their batch dimensions.</summary>
    /// <param name="Mu">Mean μ, shape [..., n].</param>
    /// <param name="Sigma">Covariance Σ, shape [..., n, n], symmetric positive definite.</param>
    public sealed record Standard(Tensor Mu, Tensor Sigma);

    /// <summary>η = (Σ⁻¹, Σ⁻¹μ).</summary>
    /// <exception cref="DomainException">Σ is not symmetric positive definite, or an entry is not finite.</exception>
    public static Natural FromStandard(Standard standard)
    {
        using var scope = NewDisposeScope();
        var (mu, sigma) = standard;
        Domain.Throw(Domain.SymmetricPositiveDefinite(sigma, $"{Name} Σ"));
        Tensor root = PositiveDefinite.InverseFactor(Domain.Cholesky(sigma, $"{Name} Σ")); // Σ⁻¹ = rootᵀ root
        Tensor h = matmul(root.mT, matmul(root, mu.unsqueeze(-1))).squeeze(-1);
        long n = mu.shape[^1];
        var natural = new Natural(matmul(root.mT, root).expand([.. h.shape[..^1], n, n]).clone(), h);
        Domain.Throw(Violation(natural, Name));
        return natural.Survive();
    }

    /// <summary>Σ = J⁻¹, μ = J⁻¹h.</summary>
    public static Standard ToStandard(Natural eta)
    {
        using var scope = NewDisposeScope();
        var (_, root, mean) = Moments(eta);
        return new Standard(mean.MoveToOuterDisposeScope(), matmul(root.mT, root).MoveToOuterDisposeScope());
    }

    /// <summary>log Z(η) = ½hᵀJ⁻¹h − ½log|J|, shape [...].</summary>
    public Tensor LogPartition(Natural eta)
    {
        using var scope = NewDisposeScope();
        var (factor, _, mean) = Moments(eta);
        return (0.5 * (eta.h * mean).sum(-1) - PositiveDefinite.HalfLogDeterminant(factor)).MoveToOuterDisposeScope();
    }

    /// <summary>E[xxᵀ] = J⁻¹ + μμᵀ, E[x] = μ = J⁻¹h, in the blocks of η.</summary>
    public Natural ExpectedStatistics(Natural eta)
    {
        using var scope = NewDisposeScope();
        var (_, root, mean) = Moments(eta);
        return new Natural(-0.5 * (matmul(root.mT, root) + mean.unsqueeze(-1) * mean.unsqueeze(-2)), mean).Survive();
    }

    /// <summary>t(x) = (−½xxᵀ, x).</summary>
    public Natural Statistics(Tensor value)
    {
        using var scope = NewDisposeScope();
        return new Natural(-0.5 * value.unsqueeze(-1) * value.unsqueeze(-2), value.alias()).Survive();
    }

    /// <summary>log h = −½n log 2π, shape [...].</summary>
    public Tensor LogBaseMeasure(Natural statistics)
    {
        long[] shape = statistics.h.shape;
        return full(shape[..^1], -0.5 * shape[^1] * Math.Log(2 * Math.PI), dtype: statistics.h.dtype, device: statistics.h.device);
    }

    /// <summary>Draws of x = μ + J^{−½}ε, shape [count, ..., n].</summary>
    public Tensor Sample(Natural eta, Generator generator, int count)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (_, root, mean) = Moments(eta); // Σ = rootᵀ root
        Tensor noise = randn([count, .. mean.shape], dtype: mean.dtype, device: mean.device, generator: generator);
        return (mean + matmul(root.mT, noise.unsqueeze(-1)).squeeze(-1)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public bool Contains(Natural eta) => Violation(eta, Name) is null;

    /// <inheritdoc/>
    public void Require(Natural eta, string symbol = Name) => Domain.Throw(Violation(eta, symbol));

    private static string? Violation(Natural q, string symbol)
    {
        using var scope = NewDisposeScope();
        RequireShapes(q);
        return Domain.Finite(q.h, $"{symbol} h") ?? Domain.SymmetricPositiveDefinite(q.J, $"{symbol} J");
    }

    /// <summary>J = LLᵀ with its factor L, the root R = L⁻¹ and the mean RᵀRh.</summary>
    private static (Tensor Factor, Tensor Root, Tensor Mean) Moments(Natural q)
    {
        RequireShapes(q);
        Tensor factor = Domain.Cholesky(q.J, $"{Name} J");
        Tensor root = PositiveDefinite.InverseFactor(factor);
        return (factor, root, matmul(root.mT, matmul(root, q.h.unsqueeze(-1))).squeeze(-1));
    }

    private static void RequireShapes(Natural q)
    {
        long n = Domain.Last(q.h, -1);
        long[] batch = Domain.RequireEvent(q.h, $"{Name} h", "n", n);
        Domain.RequireShape(q.J, $"{Name} J", "n, n", batch, n, n);
    }
}
