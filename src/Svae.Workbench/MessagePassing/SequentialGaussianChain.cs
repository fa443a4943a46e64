using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// The Gaussian chain as tensor operations, step by step in time; autograd gives the gradients.
/// <para>
/// The block-tridiagonal precision has a block-bidiagonal Cholesky factor with blocks <c>L_t</c> on the diagonal and <c>W_tᵀ</c> below:
/// <code>
/// forwards   L_t L_tᵀ = S_t,  W_t = L_t⁻¹U_t,  y_t = L_t⁻¹f_t,   S_{t+1} = D_{t+1} − W_tᵀW_t,  f_{t+1} = h_{t+1} − W_tᵀy_t
/// backwards  x_t = L_t⁻ᵀ(y_t + ε_t) − G_t x_{t+1},   Σ_t = S_t⁻¹ + G_t Σ_{t+1} G_tᵀ,   with G_t = L_t⁻ᵀW_t
/// </code>
/// With ε = 0 the recursion gives the mean. <c>log Z = ½ Σ|y_t|² − Σ log det L_t + (nT/2) log 2π</c>, <c>Cov(x_t, x_{t+1}) = −G_t Σ_{t+1}</c>.
/// </para>
/// </summary>
internal static class SequentialGaussianChain
{
    public static ChainPosterior Infer(ChainPotentials potentials, Tensor? lengths, Tensor? noise)
    {
        BlockTridiagonal chain = BlockTridiagonal.Assemble(potentials, lengths);
        return CholeskyChain.Posterior(chain, Factor(chain), noise, Backwards);
    }

    /// <summary>The forward recursion: L [B, T, n, n], W [B, T−1, n, n], y [B, T, n].</summary>
    public static CholeskyChain Factor(BlockTridiagonal chain)
    {
        Tensor[] D = chain.Diagonal.unbind(1), U = chain.Upper.unbind(1), h = chain.Linear.unsqueeze(-1).unbind(1);
        int T = D.Length;
        var (L, W, y, info) = (new Tensor[T], new Tensor[T - 1], new Tensor[T], new Tensor[T]);
        Tensor S = D[0], f = h[0];
        for (int t = 0; t < T; t++)
        {
            (L[t], info[t]) = linalg.cholesky_ex(S);
            if (t == T - 1) { y[t] = linalg.solve_triangular(L[t], f, upper: false); break; }
            Tensor Wy = linalg.solve_triangular(L[t], cat([U[t], f], -1), upper: false);
            (W[t], y[t]) = (Wy.narrow(-1, 0, Wy.shape[^1] - 1), Wy.narrow(-1, Wy.shape[^1] - 1, 1));
            Tensor transposed = W[t].mT;
            S = D[t + 1] - transposed.matmul(W[t]);
            f = h[t + 1] - transposed.matmul(y[t]);
        }
        CholeskyChain.RequirePositiveDefinite(stack(info, 1));
        return new CholeskyChain(stack(L, 1), T > 1 ? stack(W, 1) : chain.Upper, stack(y, 1).squeeze(-1));
    }

    /// <summary>Σ_t = P_t + G_t Σ_{t+1} G_tᵀ and x_t = v_t − G_t x_{t+1}, from the last step to the first.</summary>
    private static (Tensor Covariance, Tensor States) Backwards(Tensor P, Tensor G, Tensor v)
    {
        Tensor[] precision = P.unbind(1), gain = G.unbind(1), gainT = G.mT.unbind(1), local = v.unbind(1);
        int T = precision.Length;
        for (int t = T - 2; t >= 0; t--)
        {
            precision[t] = precision[t] + gain[t].matmul(precision[t + 1]).matmul(gainT[t]);
            local[t] = local[t] - gain[t].matmul(local[t + 1]);
        }
        return (stack(precision, 1), stack(local, 1));
    }
}
