using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>Linear least squares.</summary>
internal static class LeastSquares
{
    /// <summary>B [d, m] that minimises ‖target − inputs B‖², by the normal equations; where the inputs' moments are singular, the smallest such B.</summary>
    /// <param name="inputs">Shape [N, d].</param>
    /// <param name="target">Shape [N, m].</param>
    public static Tensor Map(Tensor inputs, Tensor target) =>
        matmul(linalg.pinv(matmul(inputs.t(), inputs), rtol: 1e-10, hermitian: true), matmul(inputs.t(), target));
}
