using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.ExponentialFamilies;

/// <summary>The multivariate gamma function <c>Γ_n(a) = π^{n(n−1)/4} Π_{i=0}^{n−1} Γ(a − i/2)</c>, for a above (n − 1)/2.</summary>
internal static class MultivariateGamma
{
    /// <summary>log Γ_n(a), in the shape of a.</summary>
    public static Tensor Log(Tensor a, long n) => lgamma(Arguments(a, n)).sum(-1) + n * (n - 1) / 4.0 * Math.Log(Math.PI);

    /// <summary>Its derivative ψ_n(a) = Σ_i ψ(a − i/2), in the shape of a.</summary>
    public static Tensor Digamma(Tensor a, long n) => digamma(Arguments(a, n)).sum(-1);

    private static Tensor Arguments(Tensor a, long n) => a.unsqueeze(-1) - arange(n, dtype: a.dtype, device: a.device) / 2;
}
