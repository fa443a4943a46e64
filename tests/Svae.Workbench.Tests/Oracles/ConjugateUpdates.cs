using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Oracles;

/// <summary>Posteriors of conjugate priors in standard parameters, as the textbooks write them (Murphy 2012, sections 4.6.3 and 7.6; Gelman et al.).</summary>
internal static class ConjugateUpdates
{
    /// <summary>N(μ, Σ) with weighted points x [N, n], one component.</summary>
    public static void AssertNormal(NormalInverseWishart.Natural prior, NormalInverseWishart.Natural actual, long k, Tensor x, double weight = 1)
    {
        var (m0, kappa0, S0, nu0) = NormalInverseWishart.ToStandard(prior);
        var (m, kappa, S, nu) = NormalInverseWishart.ToStandard(actual);
        double count = weight * x.shape[0], strength = kappa0[k].item<double>() + count;
        Tensor centre = x.shape[0] == 0 ? m0[k] : x.mean([0L]), spread = x - centre, away = centre - m0[k];
        AssertClose.Equal(full([], strength, ScalarType.Float64), kappa[k], 1e-9, "κ");
        AssertClose.Equal(nu0[k] + count, nu[k], 1e-9, "ν");
        AssertClose.Equal((kappa0[k] * m0[k] + count * centre) / strength, m[k], 1e-9, "m");
        AssertClose.Equal(S0[k] + weight * spread.mT.matmul(spread) + kappa0[k] * count / strength * outer(away, away), S[k], 1e-9, "S");
    }

    /// <summary>Regression of after [N, n] on before [N, n] with an intercept, one state.</summary>
    public static void AssertRegression(
        MatrixNormalInverseWishart.Natural prior, MatrixNormalInverseWishart.Natural actual, long k, Tensor before, Tensor after)
    {
        var (M0, K0, S0, nu0) = MatrixNormalInverseWishart.ToStandard(prior);
        var (M, K, S, nu) = MatrixNormalInverseWishart.ToStandard(actual);
        Tensor affine = cat([before, ones([before.shape[0], 1], ScalarType.Float64)], 1), prior0 = linalg.inv(K0[k]);
        Tensor precision = prior0 + affine.mT.matmul(affine);
        Tensor mean = linalg.solve(precision, prior0.matmul(M0[k].mT) + affine.mT.matmul(after)).mT;
        Tensor left = after - affine.matmul(mean.mT), moved = mean - M0[k];
        AssertClose.Equal(linalg.inv(precision), K[k], 1e-9, "K");
        AssertClose.Equal(mean, M[k], 1e-9, "M");
        AssertClose.Equal(S0[k] + left.mT.matmul(left) + moved.matmul(prior0).matmul(moved.mT), S[k], 1e-9, "S");
        AssertClose.Equal(nu0[k] + before.shape[0], nu[k], 1e-9, "ν");
    }
}
