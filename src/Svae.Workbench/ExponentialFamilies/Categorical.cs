using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies;

/// <summary>
/// Categorical distribution over z ∈ {0, …, K − 1},
/// <c>p(z) = exp{⟨η, t(z)⟩ − log Z(η)}</c> with <c>η</c> = log weights, which need not be normalised, and <c>t(z)</c> = one-hot.
/// </summary>
/// <remarks>
/// The probability is with respect to counting; the base measure is 1. Adding a constant to η changes log Z but not p.
/// </remarks>
public sealed class Categorical : IExponentialFamily<Categorical.Natural, Tensor>
{
    private const string Name = nameof(Categorical);

    /// <summary>Natural parameters, or statistics t in the same block.</summary>
    /// <param name="LogWeights">η, shape [..., K], finite; its statistic is the one-hot code of z.</param>
    public sealed record Natural(Tensor LogWeights) : INaturalParameters<Natural>
    {
        /// <inheritdoc/>
        public IReadOnlyList<Tensor> Blocks => [LogWeights];

        /// <inheritdoc/>
        public static Natural FromBlocks(IReadOnlyList<Tensor> blocks) => new(blocks[0]);

        /// <inheritdoc/>
        public static IReadOnlyList<int> EventRanks { get; } = [1];

        /// <inheritdoc/>
        public static IReadOnlyList<bool> SymmetricBlocks { get; } = [false];
    }

    /// <summary>Standard parameters.</summary>
    /// <param name="Probabilities">π, shape [..., K], positive, summing to one.</param>
    public sealed record Standard(Tensor Probabilities);

    /// <summary>η = log π.</summary>
    /// <exception cref="DomainException">A probability is not positive, or a distribution does not sum to one (to 1e-9).</exception>
    public static Natural FromStandard(Standard standard)
    {
        using var scope = NewDisposeScope();
        Tensor probabilities = standard.Probabilities;
        Domain.RequireEvent(probabilities, $"{Name} π", "K", Domain.Last(probabilities, -1));
        Domain.Throw(Domain.Finite(probabilities, $"{Name} π") ?? Domain.Positive(probabilities, $"{Name} π")
            ?? Domain.SumsToOne(probabilities, $"{Name} Σπ"));
        return new Natural(probabilities.log()).Survive();
    }

    /// <summary>π = softmax(η).</summary>
    public static Standard ToStandard(Natural eta) => new(LogWeights(eta).softmax(-1));

    /// <summary>log Z(η) = log Σ_k exp η_k, shape [...].</summary>
    public Tensor LogPartition(Natural eta) => LogWeights(eta).logsumexp(-1);

    /// <summary>E[t(z)] = π = softmax(η), shape [..., K].</summary>
    public Natural ExpectedStatistics(Natural eta) => new(LogWeights(eta).softmax(-1));

    /// <summary>t(z) = one-hot code, shape [..., K].</summary>
    /// <param name="value">z as its one-hot code, shape [..., K]: <see cref="OneHot"/> makes it of state numbers.</param>
    public Natural Statistics(Tensor value) => new(value.alias());

    /// <summary>log h(z) = 0, shape [...].</summary>
    public Tensor LogBaseMeasure(Natural statistics) =>
        zeros(statistics.LogWeights.shape[..^1], dtype: statistics.LogWeights.dtype, device: statistics.LogWeights.device);

    /// <summary>Draws of z as one-hot codes, shape [count, ..., K].</summary>
    public Tensor Sample(Natural eta, Generator generator, int count)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor probabilities = LogWeights(eta).softmax(-1);
        long[] shape = probabilities.shape;
        Tensor draws = probabilities.reshape(-1, shape[^1]).multinomial(count, replacement: true, generator: generator); // [batch, count]
        Tensor states = draws.mT.reshape([count, .. shape[..^1]]);
        return OneHot(states, shape[^1]).MoveToOuterDisposeScope();
    }

    /// <summary>One-hot codes, float64 [..., K], of state numbers, int64 [...].</summary>
    public static Tensor OneHot(Tensor states, long count)
    {
        using Tensor codes = nn.functional.one_hot(states, count);
        return codes.to(ScalarType.Float64);
    }

    /// <inheritdoc/>
    public bool Contains(Natural eta) => Violation(eta, Name) is null;

    /// <inheritdoc/>
    public void Require(Natural eta, string symbol = Name) => Domain.Throw(Violation(eta, symbol));

    private static string? Violation(Natural q, string symbol) => Domain.Finite(LogWeights(q), $"{symbol} η");

    private static Tensor LogWeights(Natural q)
    {
        Domain.RequireEvent(q.LogWeights, $"{Name} η", "K", Domain.Last(q.LogWeights, -1));
        return q.LogWeights;
    }
}
