using Svae.Workbench.ExponentialFamilies;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>
/// Natural parameters of q(θ) of a Gaussian mixture, or, in the same layout, E[t(θ)]: <c>q(θ) = Dir(π) Π_k NIW(μ_k, Σ_k)</c>.
/// </summary>
/// <param name="Weights">Mixture weights, K categories.</param>
/// <param name="Components">x given z = k, batch [K], n dimensions.</param>
public sealed record MixtureParameters(Dirichlet.Natural Weights, NormalInverseWishart.Natural Components) : INaturalParameters<MixtureParameters>
{
    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Blocks => [.. Weights.Blocks, .. Components.Blocks];

    /// <inheritdoc/>
    public static MixtureParameters FromBlocks(IReadOnlyList<Tensor> blocks) =>
        new(Dirichlet.Natural.FromBlocks([blocks[0]]), NormalInverseWishart.Natural.FromBlocks([.. blocks.Skip(1)]));

    /// <summary>Every dimension counts as the event's: the K components are factors of one distribution, not a batch.</summary>
    public static IReadOnlyList<int> EventRanks { get; } = [1, .. NormalInverseWishart.Natural.EventRanks.Select(r => r + 1)];

    /// <inheritdoc/>
    public static IReadOnlyList<bool> SymmetricBlocks { get; } = [false, .. NormalInverseWishart.Natural.SymmetricBlocks];

    /// <summary>The product family of the two factors.</summary>
    internal static IExponentialFamily<MixtureParameters> Family() => new ProductFamily<MixtureParameters>(
        Factor.Of("weights", new Dirichlet()), Factor.Of("components", new NormalInverseWishart()));
}
