using Svae.Workbench.ExponentialFamilies;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>
/// Natural parameters of q(θ) of a hidden Markov model with Gaussian latents, or, in the same layout, E[t(θ)]:
/// <c>q(θ) = Dir(π) Π_k Dir(A_k) NIW(μ_k, Σ_k)</c>.
/// </summary>
/// <param name="Initial">Initial state probabilities, K categories.</param>
/// <param name="Transition">Transition rows, batch [K], K categories.</param>
/// <param name="Components">x_t given z_t = k, batch [K], n dimensions.</param>
public sealed record HmmParameters(Dirichlet.Natural Initial, Dirichlet.Natural Transition, NormalInverseWishart.Natural Components)
    : INaturalParameters<HmmParameters>
{
    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Blocks => [.. Initial.Blocks, .. Transition.Blocks, .. Components.Blocks];

    /// <inheritdoc/>
    public static HmmParameters FromBlocks(IReadOnlyList<Tensor> blocks) => new(
        Dirichlet.Natural.FromBlocks([blocks[0]]), Dirichlet.Natural.FromBlocks([blocks[1]]),
        NormalInverseWishart.Natural.FromBlocks([.. blocks.Skip(2)]));

    /// <summary>Every dimension counts as the event's: the K states are factors of one distribution, not a batch.</summary>
    public static IReadOnlyList<int> EventRanks { get; } = [1, 2, .. NormalInverseWishart.Natural.EventRanks.Select(r => r + 1)];

    /// <inheritdoc/>
    public static IReadOnlyList<bool> SymmetricBlocks { get; } = [false, false, .. NormalInverseWishart.Natural.SymmetricBlocks];

    /// <summary>The product family of the three factors.</summary>
    internal static IExponentialFamily<HmmParameters> Family() => new ProductFamily<HmmParameters>(
        Factor.Of("initial", new Dirichlet()), Factor.Of("transition", new Dirichlet()), Factor.Of("components", new NormalInverseWishart()));
}
