using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Oracles;

/// <summary>
/// The Gaussian chain by brute force: one sequence at a time, the joint precision over all T·n coordinates written out and inverted.
/// Samples are mean + L⁻ᵀε with the dense Cholesky factor of that precision. Differentiable, and slow.
/// </summary>
public static class DenseGaussianChain
{
    public static ChainPosterior Infer(ChainPotentials p, long[] lengths, Tensor? noise)
    {
        var all = lengths.Select((length, b) => Sequence(p, b, length, noise)).ToArray();
        return new ChainPosterior(
            stack(all.Select(q => q.LogZ)), stack(all.Select(q => q.Mean)), stack(all.Select(q => q.Covariance)),
            stack(all.Select(q => q.CrossCovariance)), noise is null ? null : stack(all.Select(q => q.Samples!), 1));
    }

    /// <summary>The joint precision [length·n, length·n] and linear term [length·n] of one sequence.</summary>
    public static (Tensor Precision, Tensor Linear) Joint(ChainPotentials p, long b, long length)
    {
        long n = p.hn.shape[2];
        Tensor Pair(Tensor J, long t) => J.dim() == 2 ? J : J[b, t];
        static Tensor Symmetric(Tensor J) => (J + J.mT) / 2;
        Tensor zero = zeros([n, n], dtype: ScalarType.Float64);
        var rows = new List<Tensor>();
        var linear = new List<Tensor>();
        for (long t = 0; t < length; t++)
        {
            Tensor D = p.Jn.dim() == 3 ? diag(p.Jn[b, t]) : Symmetric(p.Jn[b, t]);
            if (t == 0) D = D + Symmetric(p.J0.dim() == 2 ? p.J0 : p.J0[b]);
            if (t + 1 < length) D = D + Symmetric(Pair(p.J11, t));
            if (t > 0) D = D + Symmetric(Pair(p.J22, t - 1));
            rows.Add(cat([.. Enumerable.Range(0, (int)length).Select(s =>
                s == t ? D : s == t + 1 ? Pair(p.J12, t) : s == t - 1 ? Pair(p.J12, s).mT : zero)], 1));
            linear.Add(t == 0 ? p.hn[b, t] + (p.h0.dim() == 1 ? p.h0 : p.h0[b]) : p.hn[b, t]);
        }
        return (cat(rows, 0), cat(linear, 0));
    }

    private static ChainPosterior Sequence(ChainPotentials p, long b, long length, Tensor? noise)
    {
        var (T, n) = (p.hn.shape[1], p.hn.shape[2]);
        var (precision, linear) = Joint(p, b, length);
        Tensor covariance = linalg.inv(precision), mean = covariance.mv(linear);
        Tensor logZ = 0.5 * linear.dot(mean) - 0.5 * linalg.slogdet(precision).Item2 + 0.5 * length * n * Math.Log(2 * Math.PI);
        Tensor Block(long s, long t) => covariance.narrow(0, s * n, n).narrow(1, t * n, n);
        Tensor zero = zeros([n, n], dtype: ScalarType.Float64);
        var steps = Enumerable.Range(0, (int)T).ToArray();
        Tensor? samples = null;
        if (noise is not null)
        {
            Tensor epsilon = noise.select(1, b).narrow(1, 0, length).reshape(noise.shape[0], length * n);
            Tensor draws = mean + linalg.solve(linalg.cholesky(precision).mT, epsilon.mT).mT;
            samples = cat([draws.reshape(-1, length, n), zeros([noise.shape[0], T - length, n], dtype: ScalarType.Float64)], 1);
        }
        return new ChainPosterior(logZ,
            cat([mean.reshape(length, n), zeros([T - length, n], dtype: ScalarType.Float64)], 0),
            stack([.. steps.Select(t => t < length ? Block(t, t) : zero)]),
            T == 1 ? zeros([0, n, n], dtype: ScalarType.Float64) : stack([.. steps.SkipLast(1).Select(t => t + 1 < length ? Block(t, t + 1) : zero)]),
            samples);
    }
}
