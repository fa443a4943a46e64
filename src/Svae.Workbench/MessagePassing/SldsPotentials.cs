using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// Potentials of a switching linear dynamical system over <c>x_1..x_T ∈ Rⁿ</c> and <c>z_1..z_T ∈ {1..K}</c>:
/// the unnormalised log density
/// <c>log π[z_1] + Σ_t log A[z_t, z_{t+1}] + φ_0(x_1; z_1) + Σ_t φ(x_t, x_{t+1}; z_{t+1}) + Σ_t [−½ x_tᵀ diag(Jn_t) x_t + hn_tᵀ x_t]</c>
/// with, for state k, <c>φ_0 = −½ xᵀJ0 x + h0ᵀx + c0</c> and
/// <c>φ = −½ xᵀJ11 x − xᵀJ12 x' − ½ x'ᵀJ22 x' + g1ᵀx + g2ᵀx' + c</c>.
/// </summary>
/// <remarks>Constants count: the c carry log-determinants, powers of 2π and the parts of b that do not multiply x.</remarks>
/// <param name="J0">Initial precision of each state, shape [K, n, n].</param>
/// <param name="h0">Initial linear term, shape [K, n].</param>
/// <param name="c0">Initial constant, shape [K].</param>
/// <param name="J11">Pair block of x_t, shape [K, n, n].</param>
/// <param name="J12">Pair block between x_t (rows) and x_{t+1} (columns), shape [K, n, n].</param>
/// <param name="J22">Pair block of x_{t+1}, shape [K, n, n].</param>
/// <param name="g1">Linear term of x_t, shape [K, n].</param>
/// <param name="g2">Linear term of x_{t+1}, shape [K, n].</param>
/// <param name="c">Pair constant, shape [K].</param>
/// <param name="LogInitial">Expected log initial probabilities, shape [K].</param>
/// <param name="LogTransition">Expected log transition probabilities, row = from, shape [K, K].</param>
public sealed record SldsPotentials(
    Tensor J0, Tensor h0, Tensor c0,
    Tensor J11, Tensor J12, Tensor J22, Tensor g1, Tensor g2, Tensor c,
    Tensor LogInitial, Tensor LogTransition)
{
    /// <summary>Number of discrete states K.</summary>
    public long States => c.shape[0];

    /// <summary>Latent dimension n.</summary>
    public long Dimension => J0.shape[^1];

    /// <summary>The pair blocks and linear terms of each state side by side, shape [K, 3n² + 2n].</summary>
    private Tensor Pairs { get; } = cat([J11.flatten(1), J12.flatten(1), J22.flatten(1), g1, g2], 1);

    /// <summary>E_q(z)[φ] for every frame: the chain that q(x) is, and the constants it leaves out.</summary>
    /// <param name="gamma">State marginals, shape [B, T, K]; 0 past a sequence's end.</param>
    /// <param name="Jn">Diagonal node precisions, shape [B, T, n].</param>
    /// <param name="hn">Node linear terms, shape [B, T, n].</param>
    /// <returns>The chain's potentials, and Σ γ c of each sequence, shape [B].</returns>
    public (ChainPotentials Chain, Tensor Constant) AverageOverStates(Tensor gamma, Tensor Jn, Tensor hn)
    {
        var (batch, frames, n) = (gamma.shape[0], gamma.shape[1], Dimension);
        Tensor first = gamma.select(1, 0), later = gamma.narrow(1, 1, frames - 1);
        Tensor[] mixed = matmul(later, Pairs).split([n * n, n * n, n * n, n, n], 2);
        Tensor Block(int i) => mixed[i].reshape(batch, frames - 1, n, n);
        Tensor none = zeros([batch, 1, n], ScalarType.Float64, hn.device);
        Tensor linear = hn + cat([mixed[3], none], 1) + cat([none, mixed[4]], 1);
        Tensor initial = matmul(first, J0.flatten(1)).reshape(batch, n, n);
        Tensor constant = matmul(first, c0) + matmul(later, c).sum(1);
        return (new ChainPotentials(initial, matmul(first, h0), Block(0), Block(1), Block(2), Jn, linear), constant);
    }

    /// <summary>r[t, k] = E_q(x)[φ_k(x_{t−1}, x_t)], and E[φ_0] at the first frame, shape [B, T, K]: the evidence that q(z) sees.</summary>
    /// <param name="mean">E x_t, shape [B, T, n].</param>
    /// <param name="covariance">Cov x_t, shape [B, T, n, n].</param>
    /// <param name="cross">Cov(x_t, x_{t+1}), shape [B, T − 1, n, n].</param>
    public Tensor AverageOverPaths(Tensor mean, Tensor covariance, Tensor cross)
    {
        long later = mean.shape[1] - 1;
        Tensor second = (covariance + mean.unsqueeze(3) * mean.unsqueeze(2)).flatten(2);
        Tensor before = mean.narrow(1, 0, later), after = mean.narrow(1, 1, later);
        Tensor product = (cross + before.unsqueeze(3) * after.unsqueeze(2)).flatten(2);
        Tensor statistics = cat([-0.5 * second.narrow(1, 0, later), -product, -0.5 * second.narrow(1, 1, later), before, after], 2);
        Tensor first = matmul(mean.select(1, 0), h0.t()) - 0.5 * matmul(second.select(1, 0), J0.flatten(1).t()) + c0;
        return cat([first.unsqueeze(1), matmul(statistics, Pairs.t()) + c], 1);
    }

    /// <summary>Every block has the shape that K and n ask for, and every entry is finite.</summary>
    /// <exception cref="ArgumentException">Names the block, and the first entry that is not finite.</exception>
    public void Require()
    {
        (string, long) k = ("state", States), n = ("latent", Dimension);
        foreach (var (block, name) in new[] { (J0, "J0"), (J11, "J11"), (J12, "J12"), (J22, "J22") }) Guard.Shape(block, $"SLDS {name}", k, n, n);
        foreach (var (block, name) in new[] { (h0, "h0"), (g1, "g1"), (g2, "g2") }) Guard.Shape(block, $"SLDS {name}", k, n);
        foreach (var (block, name) in new[] { (c0, "c0"), (c, "c") }) Guard.Shape(block, $"SLDS {name}", k);
        Guard.Shape(LogInitial, "SLDS log π", k);
        Guard.Shape(LogTransition, "SLDS log A", k, k);
        foreach (var (block, name) in new[] { (J0, "J0"), (h0, "h0"), (c0, "c0"), (J11, "J11"), (J12, "J12"), (J22, "J22"), (g1, "g1"), (g2, "g2"), (c, "c") })
            Guard.Finite(block, $"SLDS {name}");
    }
}
