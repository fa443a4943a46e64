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

    /// <summary>E_q(z)[φ] for every frame: the chain that q(x) is, and the constants it leaves out.</summary>
    /// <param name="gamma">State marginals, shape [B, T, K]; 0 past a sequence's end.</param>
    /// <param name="Jn">Node precisions, diagonal [B, T, n] or dense [B, T, n, n].</param>
    /// <param name="hn">Node linear terms, shape [B, T, n].</param>
    /// <returns>The chain's potentials, with all that concerns one frame in dense node precisions, and Σ γ c of each sequence, shape [B].</returns>
    public (ChainPotentials Chain, Tensor Constant) AverageOverStates(Tensor gamma, Tensor Jn, Tensor hn)
    {
        var (batch, frames, n) = (gamma.shape[0], gamma.shape[1], Dimension);
        Tensor first = gamma.select(1, 0), later = gamma.narrow(1, 1, frames - 1);
        Tensor nothing = zeros([1, 1, n, n], hn.dtype, hn.device).expand(batch, frames - 1, n, n);
        var (node, linear, coupling) = AverageByRole(later.contiguous(), Jn, hn);
        Tensor initial = matmul(first, J0.flatten(1)).reshape(batch, n, n), constant = matmul(first, c0) + matmul(later.sum(1), c);
        return (new ChainPotentials(initial, matmul(first, h0), nothing, coupling, nothing, node, linear), constant);
    }

    /// <summary>The chain's node precisions, linear terms and couplings.</summary>
    private (Tensor Node, Tensor Linear, Tensor Coupling) AverageByRole(Tensor later, Tensor Jn, Tensor hn)
    {
        var (batch, frames, n) = (hn.shape[0], hn.shape[1], Dimension);
        bool dense = NodeMoments.AreDense(Jn, hn);
        Tensor none = zeros([batch, 1, States], hn.dtype, hn.device);
        // Frame t is the earlier one of the pair whose state is z_{t+1} and the later one of that of z_t; all that stands on the diagonal
        // of the joint precision, the diagonal node precisions too, is one product.
        Tensor roles = cat([cat([later, none], 1), cat([none, later], 1)], 2);
        Tensor blocks = cat([J11, J22]).flatten(1);
        Tensor node = dense ? matmul(roles, blocks) : matmul(cat([roles, Jn], 2), cat([blocks, diag_embed(eye(n, dtype: hn.dtype, device: hn.device)).flatten(1)]));
        node = node.reshape(batch, frames, n, n);
        Tensor coupling = matmul(later, J12.flatten(1)).reshape(batch, frames - 1, n, n);
        return (dense ? node + Jn : node, hn + matmul(roles, cat([g1, g2])), coupling);
    }

    /// <summary>r[t, k] = E_q(x)[φ_k(x_{t−1}, x_t)], and E[φ_0] at the first frame, shape [B, T, K]: the evidence that q(z) sees.</summary>
    /// <param name="mean">E x_t, shape [B, T, n].</param>
    /// <param name="covariance">Cov x_t, shape [B, T, n, n].</param>
    /// <param name="cross">Cov(x_t, x_{t+1}), shape [B, T − 1, n, n].</param>
    /// <param name="form">How the statistics are laid out; all forms give the same numbers.</param>
    public Tensor AverageOverPaths(Tensor mean, Tensor covariance, Tensor cross, MessagePassingForm form = MessagePassingForm.Auto)
    {
        if (mean.device_type == DeviceType.CPU && form is MessagePassingForm.Auto or MessagePassingForm.Fused)
            return FusedPathAverage.Of(mean, covariance, cross, PathWeights(), PathConstants());
        var (frames, pairs) = PathStatistics.Of(mean, covariance, cross);
        long width = frames.shape[2], later = mean.shape[1] - 1;
        Tensor[] weights = PathWeights().split([width, pairs.shape[2], width, width], 0);
        Tensor evidence = matmul(frames.narrow(1, 0, later), weights[0]) + matmul(frames.narrow(1, 1, later), weights[2]) + matmul(pairs, weights[1]) + c;
        return cat([matmul(frames.narrow(1, 0, 1), weights[3]) + c0, evidence], 1);
    }

    /// <summary>What each state gives for <see cref="PathStatistics"/> of the earlier frame, the pair, the later frame, and of the first frame alone, below each other.</summary>
    internal Tensor PathWeights()
    {
        Tensor[] frames = PathStatistics.Weights(cat([J11, J22, J0]), cat([g1, g2, h0])).split([States, States, States], 1);
        return cat([frames[0], -J12.flatten(1).t(), frames[1], frames[2]]);
    }

    /// <summary>c0 and c, [2, K].</summary>
    internal Tensor PathConstants() => stack([c0, c]);

    /// <summary>Each state's blocks J22, g2, J11, g1, J12, J0, h0 end to end, [K, 4n² + 3n].</summary>
    internal Tensor Blocks() => cat([J22.flatten(1), g2, J11.flatten(1), g1, J12.flatten(1), J0.flatten(1), h0], 1);

    /// <summary>log Σ_z of the potentials at given latent paths, node potentials left out, shape [P].</summary>
    /// <param name="paths">x, shape [P, T, n]; 0 past a path's end.</param>
    /// <param name="lengths">Length of each path, int64 [P]; all T when absent.</param>
    public Tensor LogDensity(Tensor paths, Tensor? lengths = null)
    {
        long[] each = [.. paths.shape, Dimension], pair = [paths.shape[0], paths.shape[1] - 1, Dimension, Dimension];
        Tensor evidence = AverageOverPaths(paths, zeros(each, paths.dtype, paths.device), zeros(pair, paths.dtype, paths.device));
        return ForwardBackward.Infer(new HmmPotentials(LogInitial, LogTransition, evidence), lengths).LogZ;
    }

    /// <summary>All blocks, with their names.</summary>
    internal IEnumerable<(string Symbol, Tensor Value)> Named =>
    [
        ("SLDS J0", J0), ("SLDS h0", h0), ("SLDS c0", c0), ("SLDS J11", J11), ("SLDS J12", J12), ("SLDS J22", J22),
        ("SLDS g1", g1), ("SLDS g2", g2), ("SLDS c", c), ("SLDS log π", LogInitial), ("SLDS log A", LogTransition),
    ];

    /// <summary>Every block has the shape that K and n ask for, and every entry is finite (a log probability may be −∞).</summary>
    /// <exception cref="ArgumentException">Names the block, and the first entry that is not finite.</exception>
    public void Require()
    {
        (string, long) k = ("state", States), n = ("latent", Dimension);
        foreach (var (symbol, block) in Named)
        {
            bool square = symbol[5] == 'J', linear = symbol[5] is 'h' or 'g';
            if (square) Guard.Shape(block, symbol, k, n, n);
            else if (linear) Guard.Shape(block, symbol, k, n);
            else if (symbol == "SLDS log A") Guard.Shape(block, symbol, k, k);
            else Guard.Shape(block, symbol, k);
            Guard.Float64(block, symbol);
            if (!symbol.Contains("log")) Guard.Finite(block, symbol); // the states' own inference checks log π and log A
            if (square && symbol != "SLDS J12") ChainInput.RequireSymmetric(block, symbol);
        }
    }
}
