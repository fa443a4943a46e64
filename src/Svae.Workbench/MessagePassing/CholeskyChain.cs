using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// A Gaussian chain factored: the block-bidiagonal Cholesky factor of its precision and the whitened linear term. What follows from
/// these in tensor operations is shared by the sequential and the parallel form, which differ in how they run the two recursions.
/// </summary>
/// <param name="L">Diagonal blocks, lower triangular, shape [B, T, n, n].</param>
/// <param name="W">L_t⁻¹U_t, the transposed blocks below the diagonal, shape [B, T−1, n, n].</param>
/// <param name="y">The solution of L y = h, shape [B, T, n].</param>
internal sealed record CholeskyChain(Tensor L, Tensor W, Tensor y)
{
    /// <summary>Runs Σ_t = P_t + G_t Σ_{t+1} G_tᵀ and x_t = v_t − G_t x_{t+1} backwards in time; v is [B, T, n, R], one column a state path.</summary>
    public delegate (Tensor Covariance, Tensor States) BackwardRecursion(Tensor P, Tensor G, Tensor v);

    /// <summary>All posterior quantities of the chain.</summary>
    /// <param name="chain">The assembled precision.</param>
    /// <param name="factor">Its Cholesky factor.</param>
    /// <param name="noise">Standard normal ε, shape [S, B, T, n], or null.</param>
    /// <param name="backwards">How the backward recursion is run.</param>
    public static ChainPosterior Posterior(BlockTridiagonal chain, CholeskyChain factor, Tensor? noise, BackwardRecursion backwards)
    {
        var (L, W, y) = factor;
        long T = y.shape[1], n = y.shape[2];
        Tensor whitened = y.unsqueeze(-1);                                                    // one column per path: the mean's,
        if (noise is not null) whitened = cat([whitened, whitened + noise.permute(1, 2, 3, 0)], -1); // then y + ε of each sample

        Tensor v = linalg.solve_triangular(L.mT, whitened, upper: true);
        Tensor G = linalg.solve_triangular(L.narrow(1, 0, T - 1).mT, W, upper: true);
        Tensor K = linalg.solve_triangular(L, eye(n, dtype: L.dtype, device: L.device).expand_as(L), upper: false);
        var (covariance, states) = backwards(K.mT.matmul(K), G, v);

        states = SequenceMask.Masked(states, chain.Observed);
        return new ChainPosterior(
            LogZ: 0.5 * y.square().sum([1, 2]) - L.diagonal(0, -2, -1).log().sum([1, 2]) + chain.Counts * (0.5 * n * Math.Log(2 * Math.PI)),
            Mean: states.select(-1, 0),
            Covariance: SequenceMask.Masked((covariance + covariance.mT) / 2, chain.Observed),
            CrossCovariance: SequenceMask.Masked(-G.matmul(covariance.narrow(1, 1, T - 1)), chain.ObservedPairs),
            Samples: noise is null ? null : states.narrow(-1, 1, noise.shape[0]).permute(3, 0, 1, 2));
    }

    /// <summary>Throws for the first step whose Cholesky factorisation failed.</summary>
    /// <param name="info">LAPACK's report per sequence and step, shape [B, T]: zero, or the order of the failing minor.</param>
    public static void RequirePositiveDefinite(Tensor info)
    {
        using Tensor failed = info.nonzero();
        if (failed.shape[0] == 0) return;
        // Row by row, so the first is the earliest step of the first sequence that failed.
        throw NotPositiveDefinite(failed[0, 0].item<long>(), failed[0, 1].item<long>());
    }

    public static ArgumentException NotPositiveDefinite(long sequence, long step) => new(
        $"potentials: the precision of sequence {sequence} is not positive definite at time step {step} " +
        "(given the steps before, J0 + Jn + J11 + J22 of this step has no Cholesky factor); check Jn, J11 and J22 there, or J0 when it is the first");
}
