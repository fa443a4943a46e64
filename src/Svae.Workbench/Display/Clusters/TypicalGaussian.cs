using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>The Gaussian that stands for a distribution over Gaussians in a picture.</summary>
internal static class TypicalGaussian
{
    /// <summary>Mean E[μ] = m and covariance E[Σ] = S/(ν − n − 1), or S/ν where ν ≤ n + 1 leaves E[Σ] infinite.</summary>
    public static Gaussian.Standard Of(NormalInverseWishart.Natural q)
    {
        using var scope = NewDisposeScope();
        var (m, _, s, nu) = NormalInverseWishart.ToStandard(q);
        return new Gaussian.Standard(m.MoveToOuterDisposeScope(), Covariance(s, nu).MoveToOuterDisposeScope());
    }

    /// <summary>E[Σ] of an inverse Wishart.</summary>
    /// <param name="s">S, shape [..., n, n].</param>
    /// <param name="nu">ν, shape [...].</param>
    public static Tensor Covariance(Tensor s, Tensor nu)
    {
        using var scope = NewDisposeScope();
        Tensor finite = nu - s.shape[^1] - 1;
        return (s / where(finite > .5, finite, nu).unsqueeze(-1).unsqueeze(-1)).MoveToOuterDisposeScope();
    }
}
