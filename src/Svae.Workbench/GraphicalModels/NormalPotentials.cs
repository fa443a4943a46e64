using Svae.Workbench.ExponentialFamilies;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>
/// <c>E_q(θ) log N(x; μ, Σ) = −½ xᵀJ x + hᵀx + c</c>, linear in the expected statistics of a normal-inverse-Wishart:
/// J = E Λ, h = E Λμ, c = ½E log|Λ| − ½E μᵀΛμ − (n/2) log 2π.
/// </summary>
/// <param name="J">Precision, shape [..., n, n].</param>
/// <param name="h">Linear term, shape [..., n].</param>
/// <param name="c">Constant, shape [...].</param>
public sealed record NormalPotentials(Tensor J, Tensor h, Tensor c)
{
    /// <summary>From E[t(μ, Σ)].</summary>
    public static NormalPotentials Of(NormalInverseWishart.Natural expectedStatistics) => new(
        -2 * expectedStatistics.A, expectedStatistics.b.alias(),
        expectedStatistics.Nu + expectedStatistics.Kappa - 0.5 * expectedStatistics.b.shape[^1] * Math.Log(2 * Math.PI));
}

/// <summary>
/// <c>E_q(θ) log N(x'; A x + b, Q) = −½ xᵀJ11 x − xᵀJ12 x' − ½ x'ᵀJ22 x' + g1ᵀx + g2ᵀx' + c</c>, linear in the expected statistics of a
/// matrix-normal-inverse-Wishart on Ã = [A b]. With t = (−½ÃᵀΛÃ, ÃᵀΛ, −½Λ, ½log|Λ|): J11 = AᵀΛA, J12 = −AᵀΛ, J22 = Λ, g1 = −AᵀΛb,
/// g2 = Λb, c = ½log|Λ| − ½bᵀΛb − (n/2) log 2π, each expected.
/// </summary>
/// <param name="J11">Block of x, shape [..., n, n].</param>
/// <param name="J12">Block between x (rows) and x' (columns), shape [..., n, n].</param>
/// <param name="J22">Block of x', shape [..., n, n].</param>
/// <param name="g1">Linear term of x, shape [..., n].</param>
/// <param name="g2">Linear term of x', shape [..., n].</param>
/// <param name="c">Constant, shape [...].</param>
public sealed record TransitionPotentials(Tensor J11, Tensor J12, Tensor J22, Tensor g1, Tensor g2, Tensor c)
{
    /// <summary>From E[t(Ã, Q)].</summary>
    public static TransitionPotentials Of(MatrixNormalInverseWishart.Natural expectedStatistics)
    {
        var (square, product, precision, half) = expectedStatistics;
        long n = precision.shape[^1];
        Tensor top = square.narrow(-2, 0, n), bottom = square.select(-2, n);
        return new TransitionPotentials(
            -2 * top.narrow(-1, 0, n), -product.narrow(-2, 0, n), -2 * precision,
            2 * top.select(-1, n), product.select(-2, n),
            half + bottom.select(-1, n) - 0.5 * n * Math.Log(2 * Math.PI));
    }
}
