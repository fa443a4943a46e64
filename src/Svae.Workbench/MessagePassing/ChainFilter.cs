using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// What the past alone says: with <c>F_t, f_t</c> the precision and linear term of x_t after the potentials up to node t,
/// <code>
/// P = J22 − J12ᵀ(F_t + J11)⁻¹J12,   p = k2 − J12ᵀ(F_t + J11)⁻¹(f_t + k1)        prediction of x_{t+1}
/// F_{t+1} = P + Jn_{t+1},           f_{t+1} = p + hn_{t+1}                      update by its node
/// </code>
/// </summary>
internal sealed class ChainFilter
{
    private readonly ChainPotentials potentials;
    private readonly PairLinearTerms? linear;
    private readonly BlockTridiagonal chain;
    private readonly Tensor F, f; // [B, T, n, n], [B, T, n, 1]

    public ChainFilter(ChainPotentials potentials, PairLinearTerms? linear, Tensor? lengths, bool parallel)
    {
        (this.potentials, this.linear) = (potentials, linear);
        // Without J11 and k1 of its own frame a diagonal block is exactly what the filter knows before the past is added.
        BlockTridiagonal open = BlockTridiagonal.Assemble(potentials with { J11 = zeros_like(potentials.J11) }, lengths);
        chain = BlockTridiagonal.Assemble(potentials, lengths);
        if (linear is not null)
        {
            open = open with { Linear = open.Linear + Shifted(Pairs(linear.Later), after: true) };
            chain = chain with { Linear = open.Linear + Shifted(Pairs(linear.Earlier), after: false) };
        }
        var (_, W, y) = parallel ? ParallelGaussianChain.Factor(chain) : SequentialGaussianChain.Factor(chain);
        long T = y.shape[1];
        Tensor past = W.mT;
        F = open.Diagonal - Shifted(past.matmul(W), after: true);
        f = (open.Linear - Shifted(past.matmul(y.narrow(1, 0, T - 1).unsqueeze(-1)).squeeze(-1), after: true)).unsqueeze(-1);
    }

    /// <summary>p(x_t | nodes 1..t).</summary>
    public ChainMoments Filtered() => Moments(F, f, chain.Observed, step: 0);

    /// <summary>p(x_{t+k} | nodes 1..t) for k = 1..steps; zero where a block beyond the sequence would be needed.</summary>
    public ChainMoments Predicted(int steps)
    {
        var (B, T, n) = (f.shape[0], f.shape[1], f.shape[2]);
        bool shared = potentials.J11.dim() == 2;
        var (means, covariances) = (new List<Tensor>(), new List<Tensor>());
        var (precision, information) = (F, f);
        for (int k = 1; k <= steps; k++)
        {
            long m = shared ? T : Math.Max(0, T - k); // frames whose k-th successor has a pair block to reach it by
            Tensor Block(Tensor J) => shared ? J : Pairs(J).narrow(1, k - 1, m);
            Tensor J11 = Block(potentials.J11), J12 = Block(potentials.J12), J22 = Block(potentials.J22);
            if (m == 0) { means.Add(zeros([B, T, n], dtype: f.dtype, device: f.device)); covariances.Add(zeros([B, T, n, n], dtype: f.dtype, device: f.device)); continue; }
            (precision, information) = (precision.narrow(1, 0, m), information.narrow(1, 0, m));
            if (linear is not null) information = information + Block(linear.Earlier).unsqueeze(-1);

            Tensor L = Cholesky(precision + (J11 + J11.mT) / 2, k - 1);
            Tensor white = linalg.solve_triangular(L, cat([J12.expand(B, m, n, n), information], -1), upper: false);
            Tensor gain = white.narrow(-1, 0, n), seen = white.narrow(-1, n, 1);
            precision = (J22 + J22.mT) / 2 - gain.mT.matmul(gain);
            information = -gain.mT.matmul(seen);
            if (linear is not null) information = information + Block(linear.Later).unsqueeze(-1);

            Tensor? reached = shared ? chain.Observed : chain.Observed?.narrow(1, k, m);
            if (reached is not null) precision = where(reached.unsqueeze(-1).unsqueeze(-1), precision, eye(n, dtype: f.dtype, device: f.device));
            var (mean, covariance) = Moments(precision, information, reached, k);
            means.Add(cat([mean, zeros([B, T - m, n], dtype: f.dtype, device: f.device)], 1));
            covariances.Add(cat([covariance, zeros([B, T - m, n, n], dtype: f.dtype, device: f.device)], 1));
        }
        return new ChainMoments(stack(means), stack(covariances));
    }

    private static ChainMoments Moments(Tensor precision, Tensor information, Tensor? observed, int step)
    {
        Tensor L = Cholesky(precision, step);
        Tensor K = linalg.solve_triangular(L, eye(L.shape[^1], dtype: L.dtype, device: L.device).expand_as(L), upper: false);
        Tensor covariance = K.mT.matmul(K);
        return new ChainMoments(
            SequenceMask.Masked(covariance.matmul(information).squeeze(-1), observed), SequenceMask.Masked(covariance, observed));
    }

    private static Tensor Cholesky(Tensor precision, int step)
    {
        var (L, info) = linalg.cholesky_ex(precision);
        using Tensor failed = info.nonzero();
        if (failed.shape[0] == 0) return L;
        throw new ArgumentException(
            $"potentials: for sequence {failed[0, 0].item<long>()}, what is known at time step {failed[0, 1].item<long>()} of the state {step} steps on has no " +
            "positive definite precision; filtering and prediction need dynamics that are a density of the next state, as J11 = AᵀΛA, J12 = −AᵀΛ, J22 = Λ are");
    }

    /// <summary>Pair quantities [n…] or [B, T−1, …] with padding set to zero.</summary>
    private Tensor Pairs(Tensor value) => value.dim() >= 3 ? SequenceMask.Masked(value, chain.ObservedPairs)
        : SequenceMask.Masked(value.expand([chain.Upper.shape[0], chain.Upper.shape[1], .. value.shape]), chain.ObservedPairs);

    /// <summary>A pair quantity [B, T−1, …] at the frame after it or before it, zero at the end that has none: [B, T, …].</summary>
    private static Tensor Shifted(Tensor pairs, bool after)
    {
        long[] shape = [.. pairs.shape];
        shape[1] = 1;
        Tensor none = zeros(shape, dtype: pairs.dtype, device: pairs.device);
        return cat(after ? [none, pairs] : [pairs, none], 1);
    }
}
