using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.ExponentialFamilies;

/// <summary>Log densities as textbooks print them, with determinants and inverses.</summary>
internal static class TextbookDensities
{
    public static Tensor Gaussian(Tensor x, Tensor mean, Tensor covariance)
    {
        Tensor d = (x - mean).unsqueeze(-1);
        Tensor quadratic = matmul(matmul(d.mT, linalg.inv(covariance)), d).squeeze(-1).squeeze(-1);
        return -0.5 * (quadratic + covariance.det().log() + x.shape[^1] * Math.Log(2 * Math.PI));
    }

    public static Tensor InverseWishart(Tensor sigma, Tensor scale, Tensor nu)
    {
        long n = sigma.shape[^1];
        Tensor trace = matmul(scale, linalg.inv(sigma)).diagonal(0, -2, -1).sum(-1);
        return nu / 2 * scale.det().log() - (nu + n + 1) / 2 * sigma.det().log() - trace / 2
            - nu * n / 2 * Math.Log(2) - torch.mvlgamma(nu / 2, n);
    }
}
