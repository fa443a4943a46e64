using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// The Gaussian chain as tensor operations, parallel in time: both recursions of <see cref="SequentialGaussianChain"/> as associative scans.
/// <para>
/// A stretch of time between x_i and x_k, its inner states integrated out, is a Gaussian potential in the two of them: blocks
/// <c>(P_ii, P_ik, P_kk)</c> and linear terms <c>(p_i, p_k)</c>. Two stretches that meet in x_j combine by integrating x_j out, with
/// <c>M = P_jj + P'_jj</c>: always positive definite when the chain is, since M is a Schur complement of a principal block of its precision.
/// </para>
/// <para>
/// Backwards, a stretch is the map <c>x_t = G x_{t'} + v, Σ_t = G Σ_{t'} Gᵀ + C</c>, and combining is composing (Särkkä and
/// García-Fernández 2021, "Temporal parallelization of Bayesian smoothers").
/// </para>
/// </summary>
internal static class ParallelGaussianChain
{
    public static ChainPosterior Infer(ChainPotentials potentials, Tensor? lengths, Tensor? noise)
    {
        BlockTridiagonal chain = BlockTridiagonal.Assemble(potentials, lengths);
        return CholeskyChain.Posterior(chain, Factor(chain), noise, Backwards);
    }

    /// <summary>The factor of each step from the scanned Schur complements S_t and linear terms f_t.</summary>
    public static CholeskyChain Factor(BlockTridiagonal chain)
    {
        var (D, U, h, _) = chain;
        long T = D.shape[1], n = D.shape[2];
        // Element t leads from x_{t−1} to x_t: it holds U_{t−1} and all of D_t, h_t. The first has nothing before it.
        Tensor before = cat([zeros_like(D.narrow(1, 0, 1)), U], 1);
        Tensor[] scanned = AssociativeScan.Forwards([zeros_like(D), before, D, zeros_like(h).unsqueeze(-1), h.unsqueeze(-1)], IntegrateOut);

        var (L, info) = linalg.cholesky_ex(scanned[2]);
        CholeskyChain.RequirePositiveDefinite(info);
        Tensor Wy = linalg.solve_triangular(L.narrow(1, 0, T - 1), U, upper: false);
        return new CholeskyChain(L, Wy, linalg.solve_triangular(L, scanned[4], upper: false).squeeze(-1));
    }

    private static Tensor[] IntegrateOut(Tensor[] a, Tensor[] b)
    {
        var (aii, aij, ajj, ai, aj) = (a[0], a[1], a[2], a[3], a[4]);
        var (bjj, bjk, bkk, bj, bk) = (b[0], b[1], b[2], b[3], b[4]);
        long n = ajj.shape[^1];
        // One factorisation serves [P_ji, P_jk, p_j]; an indefinite M shows up as an indefinite S_t later.
        Tensor L = linalg.cholesky_ex(ajj + bjj).L;
        Tensor white = linalg.solve_triangular(L, cat([aij.mT, bjk, aj + bj], -1), upper: false);
        Tensor left = white.narrow(-1, 0, n).mT, right = white.narrow(-1, n, n), linear = white.narrow(-1, 2 * n, 1);
        return
        [
            aii - left.matmul(left.mT), -left.matmul(right), bkk - right.mT.matmul(right),
            ai - left.matmul(linear), bk - right.mT.matmul(linear),
        ];
    }

    /// <summary>Σ_t = P_t + G_t Σ_{t+1} G_tᵀ and x_t = v_t − G_t x_{t+1}; the last step is the map that forgets what follows.</summary>
    private static (Tensor Covariance, Tensor States) Backwards(Tensor P, Tensor G, Tensor v)
    {
        Tensor gain = cat([-G, zeros_like(P.narrow(1, 0, 1))], 1);
        Tensor[] scanned = AssociativeScan.Backwards([gain, P, v], static (earlier, later) =>
        [
            earlier[0].matmul(later[0]),
            earlier[1] + earlier[0].matmul(later[1]).matmul(earlier[0].mT),
            earlier[2] + earlier[0].matmul(later[2]),
        ]);
        return (scanned[1], scanned[2]);
    }
}
