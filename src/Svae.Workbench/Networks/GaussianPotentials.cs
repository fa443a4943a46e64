using Svae.Workbench.MessagePassing;
using Svae.Workbench.Networks.Fused;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Networks;

/// <summary>
/// Node potentials <c>ψ(x) = −½ xᵀJx + (J m)ᵀx</c> of networks' outputs: <c>J = diag(p)</c> with p within bounds, or dense, by
/// <see cref="DensePrecision"/>.
/// </summary>
internal static class GaussianPotentials
{
    /// <summary>The potentials, float64: J [..., n] or [..., n, n], h [..., n].</summary>
    /// <param name="range">Bounds of p.</param>
    /// <param name="mean">m, [..., n].</param>
    /// <param name="precision">Outputs for p, [..., n].</param>
    /// <param name="coupling">Outputs for the entries of U below its diagonal, [..., n(n − 1)/2]; null for diagonal precisions.</param>
    public static NodePotentials Of(PrecisionRange range, Tensor mean, Tensor precision, Tensor? coupling) =>
        PotentialFunction.Suits(mean, precision, coupling) ? PotentialFunction.Call(range, mean, precision, coupling) : ByTensors(range, mean, precision, coupling);

    /// <summary>The same in tensor operations.</summary>
    internal static NodePotentials ByTensors(PrecisionRange range, Tensor mean, Tensor precision, Tensor? coupling)
    {
        Tensor logPrecision = range.LogPrecision(precision.to(ScalarType.Float64));
        Tensor J = coupling is null ? logPrecision.exp() : DensePrecision.Of(logPrecision, coupling.to(ScalarType.Float64));
        return NodePotentials.Of(J, mean.to(ScalarType.Float64));
    }
}
