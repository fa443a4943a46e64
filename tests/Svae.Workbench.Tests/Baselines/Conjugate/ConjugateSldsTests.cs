using Svae.Workbench.Baselines;
using Svae.Workbench.Diagnostics;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class ConjugateSldsTests
{
    [Fact]
    public void With_one_state_every_iteration_is_that_of_the_linear_dynamical_system()
    {
        using var scope = NewDisposeScope();
        var (y, missing) = ConjugateData.Ragged(4, 3);
        Tensor[] latents = [.. y.Select(s => s.narrow(1, 0, 2))];
        var emission = new LinearGaussianEmission { Observed = 3 };
        var lds = new ConjugateLds(new LdsSettings { Dimension = 2 }, emission);
        var slds = new ConjugateSlds(new SldsSettings { States = 1, Dimension = 2 }, emission);
        var settings = new VariationalEmSettings { Iterations = 8, Tolerance = -1 };
        var plain = VariationalEm.Fit(lds, ConjugateData.Together(y, missing), settings, lds.Posterior(latents, y));
        var switching = VariationalEm.Fit(slds, ConjugateData.Together(y, missing), settings,
            slds.Posterior(latents, [.. y.Select(s => new int[s.shape[0]])], y));
        AssertClose.Equal(tensor(plain.Bounds.ToArray()), tensor(switching.Bounds.ToArray()), 1e-8, "bounds");
        foreach (var (a, b) in plain.Parameters.System.Blocks.Zip(LdsParameters.OfState(switching.Parameters.System, 0).Blocks)) AssertClose.Equal(a, b, 1e-7);
        foreach (var (a, b) in plain.Parameters.Emission.Blocks.Zip(switching.Parameters.Emission.Blocks)) AssertClose.Equal(a, b, 1e-7);
    }

    [Fact]
    public void The_bound_is_below_the_likelihood_of_all_state_paths_enumerated()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(3);
        const int K = 2, T = 6;
        Tensor y = randn([1, T, 3], ConjugateData.Double, generator: g);
        var emission = new LinearGaussianEmission { Observed = 3 };
        var slds = new ConjugateSlds(new SldsSettings { States = K, Dimension = 2, Inner = new() { MaxSweeps = 200, Tolerance = 1e-12 } }, emission);
        var eta = slds.Posterior([y[0].narrow(1, 0, 2)], [[0, 0, 1, 1, 1, 0]], [y[0]]);
        WithEmission<SldsParameters> theta = slds.Family.ExpectedStatistics(eta);
        var (potentials, constant) = LinearGaussianEmission.Potentials(theta.Emission, y, ones([1, T], ConjugateData.Double));
        var states = SwitchingLinearDynamicalSystem.Potentials(theta.System);

        // log Σ_z π[z_1] Π A[z_t, z_{t+1}] ∫ exp(chain given z) dx, one Gaussian chain for each of the K^T paths
        var paths = new EnumeratedPaths(new HmmPotentials(states.LogInitial, states.LogTransition, zeros([1, T, K], ConjugateData.Double)), 0, T);
        Tensor exact = logsumexp(stack([.. Enumerable.Range(0, (int)paths.Paths.shape[0]).Select(p =>
        {
            Tensor known = nn.functional.one_hot(paths.Paths[p], K).to(ConjugateData.Double).unsqueeze(0);
            var (chain, left) = states.AverageOverStates(known, potentials.J, potentials.h);
            return GaussianChain.Infer(chain).LogZ[0] + left[0] + paths.LogWeights[p];
        })]), 0) + constant[0];
        double bound = slds.Infer(theta, Batch.Whole(y)).Bound[0].item<double>();
        Assert.InRange(bound, exact.item<double>() - 3, exact.item<double>());
    }

    [Fact]
    public void Two_regimes_of_principal_components_are_told_apart()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(9);
        var random = new Random(9);
        Tensor targets = tensor(new double[,] { { 1.5, 0 }, { -1.5, 1 } }), map = randn([6, 2], ConjugateData.Double, generator: g);
        var truth = new List<int[]>();
        Tensor[] y = [.. Enumerable.Range(0, 4).Select(_ =>
        {
            var (x, z) = (new List<Tensor> { randn([2], ConjugateData.Double, generator: g) }, new List<int> { 0 });
            while (z.Count < 150)
            {
                z.Add(random.NextDouble() < 0.05 ? 1 - z[^1] : z[^1]);
                x.Add(0.7 * x[^1] + 0.3 * targets[z[^1]] + 0.15 * randn([2], ConjugateData.Double, generator: g));
            }
            truth.Add([.. z]);
            return matmul(stack(x), map.t()) + 0.3 * randn([150, 6], ConjugateData.Double, generator: g);
        })];
        using var components = PrincipalComponents.Fit(cat(y), 4);
        Tensor[] features = [.. y.Select(components.Transform)], latents = [.. features.Select(f => f.narrow(1, 0, 2) / components.ExplainedVariance.narrow(0, 0, 2).sqrt())];
        using var start = AutoregressiveHmm.Fit(latents, new() { States = 2, LikelihoodPower = 1, Seed = 1 });
        var slds = new ConjugateSlds(new SldsSettings { States = 2, Dimension = 2 }, new LinearGaussianEmission { Observed = 4 });
        var fit = VariationalEm.Fit(slds, ConjugateData.Together(features), new() { Iterations = 30 }, slds.Posterior(latents, start.Labels, features));
        int[][] found = [.. features.Select(f => slds.MostProbableStates(fit.Statistics, Batch.Whole(f.unsqueeze(0)))[0].data<long>().Select(s => (int)s).ToArray())];
        double accuracy = SegmentationScore.Of(found, truth).Accuracy;
        Assert.True(accuracy > 0.93, $"accuracy {accuracy:f3}");
    }
}
