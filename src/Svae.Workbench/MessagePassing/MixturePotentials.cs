using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Potentials of a Gaussian mixture over a point <c>x ∈ Rⁿ</c> and its component <c>z ∈ {1..K}</c>: the unnormalised log density
/// <c>log π[z] + φ(x; z) − ½ xᵀJn x + hnᵀx</c> with, for component k, <c>φ = −½ xᵀJ x + hᵀx + c</c>.
/// </summary>
/// <remarks>For <c>x | z = k ~ N(μ_k, Λ_k⁻¹)</c>: J = Λ, h = Λμ, c = ½log|Λ| − ½μᵀΛμ − (n/2) log 2π. Constants count.</remarks>
/// <param name="J">Precision of each component, symmetric, shape [K, n, n].</param>
/// <param name="h">Linear term of each component, shape [K, n].</param>
/// <param name="c">Constant of each component, shape [K].</param>
/// <param name="LogWeights">Expected log weights, shape [K].</param>
public sealed record MixturePotentials(Tensor J, Tensor h, Tensor c, Tensor LogWeights)
{
    /// <summary>Number of components K.</summary>
    public long Components => c.shape[0];

    /// <summary>Latent dimension n.</summary>
    public long Dimension => J.shape[^1];

    /// <summary>E_q(z)[φ] for every point.</summary>
    /// <param name="responsibilities">γ, shape [N, K].</param>
    /// <returns>Precisions [N, n, n], linear terms [N, n] and constants [N].</returns>
    public (Tensor J, Tensor h, Tensor Constant) AverageOverComponents(Tensor responsibilities) =>
        (matmul(responsibilities, J.flatten(1)).reshape(-1, Dimension, Dimension), matmul(responsibilities, h), matmul(responsibilities, c));

    /// <summary>r[i, k] = E_q(x_i)[φ_k(x_i)], shape [N, K]: the evidence that q(z) sees.</summary>
    /// <param name="mean">E x_i, shape [N, n].</param>
    /// <param name="covariance">Cov x_i, shape [N, n, n].</param>
    public Tensor AverageOverPoints(Tensor mean, Tensor covariance)
    {
        Tensor second = addcmul(covariance, mean.unsqueeze(2), mean.unsqueeze(1), value: 1).flatten(1);
        return matmul(mean, h.t()) + matmul(second, J.flatten(1).t() * -0.5) + c;
    }

    /// <summary>All blocks, with their names.</summary>
    internal IEnumerable<(string Symbol, Tensor Value)> Named =>
        [("mixture J", J), ("mixture h", h), ("mixture c", c), ("mixture log π", LogWeights)];

    /// <summary>Every block has the shape that K and n ask for, and every entry is finite.</summary>
    /// <exception cref="ArgumentException">Names the block, and the first entry that is not finite.</exception>
    public void Require()
    {
        RequireShapes();
        foreach (var (symbol, block) in Named) Guard.Finite(block, symbol);
        ChainInput.RequireSymmetric(J, "mixture J");
    }

    /// <summary>Every block has the shape that K and n ask for, in double precision.</summary>
    /// <exception cref="ArgumentException">Names the block.</exception>
    internal void RequireShapes()
    {
        (string, long) k = ("component", Components), n = ("latent", Dimension);
        Guard.Shape(J, "mixture J", k, n, n);
        Guard.Shape(h, "mixture h", k, n);
        Guard.Shape(c, "mixture c", k);
        Guard.Shape(LogWeights, "mixture log π", k);
        foreach (var (symbol, block) in Named) Guard.Float64(block, symbol);
    }
}
