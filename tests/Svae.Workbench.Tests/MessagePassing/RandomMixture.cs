using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Random mixtures with node potentials, and what mean field computes of one point by dense algebra.</summary>
internal static class RandomMixture
{
    public static (MixturePotentials, Tensor Jn, Tensor hn) Problem(int points, int n, int components, bool dense, int seed)
    {
        var g = new Generator((ulong)seed + 1);
        Tensor R(params long[] shape) => randn(shape, ScalarType.Float64, generator: g);
        Tensor Spd(long count) { Tensor a = R(count, n, n); return matmul(a, a.mT) / n + 0.5 * eye(n, dtype: ScalarType.Float64); }
        var potentials = new MixturePotentials(Spd(components), R(components, n), R(components), R(components));
        return (potentials, dense ? Spd(points) : R(points, n).square() + 0.1, 2 * R(points, n));
    }

    /// <summary>E φ_k of one point, [K].</summary>
    public static Tensor Evidence(MixturePotentials p, Tensor mean, Tensor covariance) => stack(Enumerable.Range(0, (int)p.Components).Select(k =>
        p.h[k].dot(mean) - 0.5 * (p.J[k].matmul(covariance).trace() + mean.dot(p.J[k].mv(mean))) + p.c[k]));

    /// <summary>E_q log joint + H(x) + H(z) of one point.</summary>
    public static Tensor Bound(MixturePotentials p, Tensor Jn, Tensor hn, Tensor gamma, Tensor mean, Tensor covariance)
    {
        Tensor nodes = hn.dot(mean) - 0.5 * (Jn * (covariance + outer(mean, mean))).sum();
        Tensor entropy = 0.5 * linalg.slogdet(2 * Math.PI * Math.E * covariance).Item2 - gamma.xlogy(gamma).sum();
        return nodes + (gamma * (Evidence(p, mean, covariance) + p.LogWeights)).sum() + entropy;
    }

    /// <summary>log Σ_k ∫ dx of one point's joint: K Gaussian integrals.</summary>
    public static Tensor ExactLogZ(MixturePotentials p, Tensor Jn, Tensor hn) => logsumexp(stack(Enumerable.Range(0, (int)p.Components).Select(k =>
    {
        Tensor precision = Jn + p.J[k], linear = hn + p.h[k];
        return p.LogWeights[k] + p.c[k] + 0.5 * linear.dot(linalg.inv(precision).mv(linear)) - 0.5 * linalg.slogdet(precision / (2 * Math.PI)).Item2;
    })), 0);

    /// <summary>Fixed weights of an output's entries, so that a sum of all outputs tells them apart.</summary>
    public static Tensor Weights(Tensor output, int i) => (arange(output.numel(), ScalarType.Float64) * (1 + 0.37 * i) + i).cos().reshape(output.shape);
}
