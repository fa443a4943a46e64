using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies;

/// <summary>
/// Dirichlet distribution over probability vectors π,
/// <c>p(π) = exp{⟨η, t(π)⟩ − log Z(η)}</c> with <c>η = α − 1</c> and <c>t(π) = log π</c>.
/// </summary>
/// <remarks>
/// Conjugate prior of <see cref="Categorical"/>; rows of a transition matrix are a batch of these. The density is with
/// respect to dπ_1 … dπ_{K−1}; the base measure is 1.
/// </remarks>
public sealed class Dirichlet : IExponentialFamily<Dirichlet.Natural, Tensor>
{
    private const string Name = nameof(Dirichlet);

    /// <summary>Natural parameters, or statistics t = log π in the same block.</summary>
    /// <param name="Eta">η = α − 1, shape [..., K], every entry above −1.</param>
    public sealed record Natural(Tensor Eta) : INaturalParameters<Natural>
    {
        /// <inheritdoc/>
        public IReadOnlyList<Tensor> Blocks => [Eta];

        /// <inheritdoc/>
        public static Natural FromBlocks(IReadOnlyList<Tensor> blocks) => new(blocks[0]);

        /// <inheritdoc/>
        public static IReadOnlyList<int> EventRanks { get; } = [1];

        /// <inheritdoc/>
        public static IReadOnlyList<bool> SymmetricBlocks { get; } = [false];
    }

    /// <summary>Standard parameters.</summary>
    /// <param name="Alpha">Concentrations α, shape [..., K], positive.</param>
    public sealed record Standard(Tensor Alpha);

    /// <summary>η = α − 1.</summary>
    /// <exception cref="DomainException">An entry of α is not positive.</exception>
    public static Natural FromStandard(Standard standard)
    {
        var natural = new Natural(standard.Alpha - 1);
        Domain.Throw(Violation(natural, Name));
        return natural;
    }

    /// <summary>α = η + 1.</summary>
    public static Standard ToStandard(Natural eta) => new(eta.Eta + 1);

    /// <summary>log Z(η) = Σ_k log Γ(α_k) − log Γ(Σ_k α_k), shape [...].</summary>
    public Tensor LogPartition(Natural eta)
    {
        using var scope = NewDisposeScope();
        Tensor alpha = Alpha(eta);
        return (lgamma(alpha).sum(-1) - lgamma(alpha.sum(-1))).MoveToOuterDisposeScope();
    }

    /// <summary>E[log π_k] = ψ(α_k) − ψ(Σ_k α_k), shape [..., K].</summary>
    public Natural ExpectedStatistics(Natural eta)
    {
        using var scope = NewDisposeScope();
        Tensor alpha = Alpha(eta);
        return new Natural((digamma(alpha) - digamma(alpha.sum(-1, keepdim: true))).MoveToOuterDisposeScope());
    }

    /// <summary>t(π) = log π, shape [..., K].</summary>
    public Natural Statistics(Tensor value) => new(value.log());

    /// <summary>log h(π) = 0, shape [...].</summary>
    public Tensor LogBaseMeasure(Natural statistics) =>
        zeros(statistics.Eta.shape[..^1], dtype: statistics.Eta.dtype, device: statistics.Eta.device);

    /// <summary>Draws of π, shape [count, ..., K], by normalised gamma variates.</summary>
    /// <remarks>
    /// The variates are drawn as Gamma(α + 1) · U^{1/α} and kept as logarithms, so that small α do not end in 0/0;
    /// a probability that float64 cannot hold is returned as its smallest normal number.
    /// </remarks>
    public Tensor Sample(Natural eta, Generator generator, int count)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor alpha = Alpha(eta);
        alpha = alpha.expand([count, .. alpha.shape]).contiguous();
        Tensor uniform = 1 - rand(alpha.shape, dtype: alpha.dtype, device: alpha.device, generator: generator); // (0, 1]
        Tensor logGamma = _standard_gamma(alpha + 1, generator).log() + uniform.log() / alpha;
        return logGamma.softmax(-1).clamp_min(2.2250738585072014e-308).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public bool Contains(Natural eta) => Violation(eta, Name) is null;

    /// <inheritdoc/>
    public void Require(Natural eta, string symbol = Name) => Domain.Throw(Violation(eta, symbol));

    private static string? Violation(Natural q, string symbol)
    {
        using var scope = NewDisposeScope();
        Tensor alpha = Alpha(q);
        return Domain.Finite(alpha, $"{symbol} α") ?? Domain.Positive(alpha, $"{symbol} α");
    }

    private static Tensor Alpha(Natural q)
    {
        Domain.RequireEvent(q.Eta, $"{Name} η", "K", Domain.Last(q.Eta, -1));
        return q.Eta + 1;
    }
}
