using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Tests.ExponentialFamilies;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Bounds;

/// <summary>A linear-Gaussian state-space model whose evidence is known: three sequences y, and log p(y|θ) by dense algebra.</summary>
internal sealed record EvidenceCase(GoldenCase Golden, LinearDynamicalSystem Model, PointParameters Point, LinearGaussian Likelihood)
{
    public static EvidenceCase Load(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        return new EvidenceCase(golden, new LinearDynamicalSystem(new LdsSettings { Dimension = (int)golden["A"].shape[0] }),
            PointParameters.Lds(golden["m0"], golden["P0"], golden["A"], zeros_like(golden["m0"]), golden["Q"]),
            new LinearGaussian(golden["C"], golden["d"], golden["R"]));
    }

    /// <summary>y, [3, T, p].</summary>
    public Tensor Observations => Golden["y"];

    /// <summary>log p(y|θ), [3].</summary>
    public Tensor LogEvidence => Golden["log_evidence"];

    /// <summary>η about the true θ, worth this many frames.</summary>
    public LdsParameters Broad(double worth)
    {
        long n = Model.Dimension;
        Tensor strength = tensor(worth), nu = tensor(worth + n), affine = cat([Golden["A"], zeros([n, 1], ScalarType.Float64)], 1);
        return new LdsParameters(
            NormalInverseWishart.FromStandard(new NormalInverseWishart.Standard(Golden["m0"], strength, worth * Golden["P0"], nu)),
            MatrixNormalInverseWishart.FromStandard(new MatrixNormalInverseWishart.Standard(
                affine, eye(n + 1, dtype: ScalarType.Float64) / worth, worth * Golden["Q"], nu)));
    }

    /// <summary>log 1/N Σ p(y|θ_i), θ_i ~ q(θ), [3]: dense covariances over all T p coordinates.</summary>
    public Tensor LogEvidenceByMonteCarlo(LdsParameters eta, int draws, Generator generator)
    {
        var (T, p, n) = (Observations.shape[1], Observations.shape[2], (long)Model.Dimension);
        var start = new NormalInverseWishart().Sample(eta.InitialState, generator, draws);
        var pair = new MatrixNormalInverseWishart().Sample(eta.Dynamics, generator, draws);
        Tensor A = pair.A.narrow(2, 0, n), b = pair.A.narrow(2, n, 1), mean = start.Mu.unsqueeze(2), own = start.Sigma;
        var means = new List<Tensor>();
        Tensor covariance = zeros([draws, T * n, T * n], ScalarType.Float64);
        for (long t = 0; t < T; t++, mean = A.matmul(mean) + b, own = A.matmul(own).matmul(A.mT) + pair.Sigma)
        {
            means.Add(mean.squeeze(2));
            Tensor block = own; // Cov(x_u, x_t) = A^{u−t} Cov(x_t)
            for (long u = t; u < T; u++, block = A.matmul(block))
            {
                covariance.narrow(1, u * n, n).narrow(2, t * n, n).copy_(block);
                covariance.narrow(1, t * n, n).narrow(2, u * n, n).copy_(block.mT);
            }
        }
        Tensor map = kron(eye(T, dtype: ScalarType.Float64), Likelihood.C);
        Tensor expected = stack(means, 1).matmul(Likelihood.C.mT) + Likelihood.d;
        Tensor observed = map.matmul(covariance).matmul(map.mT) + diag(Likelihood.R.repeat(T));
        return stack(Observations.unbind(0).Select(y =>
            TextbookDensities.Gaussian(y.flatten().expand(draws, T * p), expected.flatten(1), observed).logsumexp(0) - Math.Log(draws)));
    }
}
