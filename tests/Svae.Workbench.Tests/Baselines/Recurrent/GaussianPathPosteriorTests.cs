using Svae.Workbench.Baselines;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Golden;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class GaussianPathPosteriorTests
{
    public static TheoryData<string> Cases() => [.. GoldenCase.Names("evidence_lds")];

    [Theory, MemberData(nameof(Cases))]
    public void The_exact_posterior_reaches_the_known_evidence_and_diagonal_potentials_the_known_bound(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        WithEmission<LdsParameters> theta = ConjugateLdsTests.Point(golden);
        Tensor y = golden["y"], precision = golden["C"].mT / golden["R"]; // CᵀR⁻¹
        Batch batch = Batch.Whole(y);
        long n = golden["m0"].shape[0];
        var exact = new ConjugateLds(new LdsSettings { Dimension = (int)n }, new LinearGaussianEmission { Observed = (int)y.shape[2] });
        AssertClose.Equal(golden["log_evidence"], Path(exact.Infer(theta, batch).Chain).Elbo(theta, batch), 1e-9, "exact posterior");

        Tensor J = matmul(precision, golden["C"]).diagonal().expand(y.shape[0], y.shape[1], n), h = matmul(y - golden["d"], precision.mT);
        var prior = new LinearDynamicalSystem(new LdsSettings { Dimension = (int)n });
        var q = (LdsPosterior)prior.Infer(theta.System, new NodePotentials(J.contiguous(), h));
        AssertClose.Equal(golden["elbo_diag"], Path(q.Chain).Elbo(theta, batch), 1e-9, "diagonal potentials");
    }

    /// <summary>The chain with its entropy, which must be that of the dense joint covariance.</summary>
    private static GaussianPathPosterior Path(ChainPosterior q)
    {
        Tensor entropy = tensor([.. Enumerable.Range(0, (int)q.Mean.shape[0]).Select(b => GaussianChainEntropy.Of(q.Covariance[b], q.CrossCovariance[b]))]);
        var path = GaussianPathPosterior.Of(q, full(q.Mean.shape[0], q.Mean.shape[1], ScalarType.Int64));
        AssertClose.Equal(entropy, path.Entropy, 1e-9, "entropy");
        return path;
    }
}
