using Svae.Workbench.Baselines;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class LinearGaussianSystemTests
{
    public static TheoryData<string> Cases() => [.. GoldenCase.Names("evidence_lds")];

    private static LinearGaussianSystem System(GoldenCase golden) => new(
        golden["m0"], golden["P0"], cat([golden["A"], zeros_like(golden["m0"]).unsqueeze(1)], 1), golden["Q"],
        cat([golden["C"], golden["d"].unsqueeze(1)], 1), diag(golden["R"]));

    [Theory, MemberData(nameof(Cases))]
    public void The_exact_posterior_reaches_the_known_evidence_and_diagonal_potentials_the_known_bound(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        LinearGaussianSystem system = System(golden);
        Batch batch = ConjugateData.Of(golden["y"]);
        AssertClose.Equal(golden["log_evidence"], system.LogEvidence(batch), 1e-9, "log p(y)");
        AssertClose.Equal(golden["log_evidence"], system.Elbo(batch, Path(system.Smooth(batch))), 1e-9, "exact posterior");

        Tensor y = golden["y"], precision = golden["C"].mT / golden["R"]; // CᵀR⁻¹
        Tensor J = matmul(precision, golden["C"]).diagonal().expand(y.shape[0], y.shape[1], -1), h = matmul(y - golden["d"], precision.mT);
        var prior = new LinearDynamicalSystem(new LdsSettings { Dimension = system.Latent });
        var q = (LdsPosterior)prior.Infer(system.Statistics().System, new NodePotentials(J.contiguous(), h));
        AssertClose.Equal(golden["elbo_diag"], system.Elbo(batch, Path(q.Chain)), 1e-9, "diagonal potentials");
    }

    /// <summary>The chain with the entropy of its dense joint covariance, which the library's must equal.</summary>
    private static GaussianPathPosterior Path(ChainPosterior q)
    {
        Tensor entropy = tensor([.. Enumerable.Range(0, (int)q.Mean.shape[0]).Select(b => GaussianChainEntropy.Of(q.Covariance[b], q.CrossCovariance[b]))]);
        var path = GaussianPathPosterior.Of(q, full(q.Mean.shape[0], q.Mean.shape[1], ScalarType.Int64));
        AssertClose.Equal(entropy, path.Entropy, 1e-9, "entropy");
        return path;
    }

    [Fact]
    public void Simulated_paths_have_the_moments_of_the_model()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(3);
        LinearGaussianSystem system = LinearGaussianSystem.Rotation(3, 5, g, decay: 0.9);
        var (x, y) = system.Simulate(20_000, 3, g);
        Tensor A = system.Dynamics.narrow(1, 0, 3), C = system.Emission.narrow(1, 0, 3);
        AssertClose.Equal(0.81 * eye(3, dtype: ConjugateData.Double), matmul(A, A.t()), 1e-9, "a rotation, shrunk");
        Tensor third = eye(3, dtype: ConjugateData.Double);
        for (int t = 0; t < 2; t++) third = matmul(matmul(A, third), A.t()) + system.Innovation;
        AssertClose.Equal(third, x.select(1, 2).t().cov(), 0.03, "Cov x_3");
        AssertClose.Equal(matmul(matmul(C, third), C.t()) + system.Noise, y.select(1, 2).t().cov(), 0.04, "Cov y_3");
    }
}
