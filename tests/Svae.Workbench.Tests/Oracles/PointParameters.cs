using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Oracles;

/// <summary>A linear dynamical system with known θ.</summary>
/// <param name="Statistics">t(θ): what E[t(θ)] is when q(θ) is a point.</param>
/// <param name="Concentrated">η of a q(θ) that is nearly that point: it is worth 10⁸ frames.</param>
internal sealed record PointParameters(LdsParameters Statistics, LdsParameters Concentrated)
{
    private const double Worth = 1e8;

    public static PointParameters Lds(Tensor mean, Tensor covariance, Tensor A, Tensor b, Tensor Q)
    {
        Tensor affine = cat([A, b.unsqueeze(1)], 1), worth = tensor(Worth), columns = eye(affine.shape[1], dtype: ScalarType.Float64) / Worth;
        return new PointParameters(
            new LdsParameters(
                new NormalInverseWishart().Statistics(new NormalInverseWishart.Value(mean, covariance)),
                new MatrixNormalInverseWishart().Statistics(new MatrixNormalInverseWishart.Value(affine, Q))),
            new LdsParameters(
                NormalInverseWishart.FromStandard(new NormalInverseWishart.Standard(mean, worth, Worth * covariance, worth)),
                MatrixNormalInverseWishart.FromStandard(new MatrixNormalInverseWishart.Standard(affine, columns, Worth * Q, worth))));
    }
}
