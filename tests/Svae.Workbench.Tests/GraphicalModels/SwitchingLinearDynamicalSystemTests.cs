using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.GraphicalModels;

public class SwitchingLinearDynamicalSystemTests
{
    private const ScalarType Double = ScalarType.Float64;

    /// <summary>log N(x; m, Σ) by dense algebra.</summary>
    private static Tensor LogNormal(Tensor x, Tensor mean, Tensor covariance)
    {
        Tensor error = (x - mean).unsqueeze(-1);
        return -0.5 * (matmul(error.mT, linalg.solve(covariance, error)).squeeze(-1).squeeze(-1) + linalg.slogdet(covariance).Item2
            + x.shape[^1] * Math.Log(2 * Math.PI));
    }

    [Fact]
    public void Potentials_are_the_expected_log_density_of_affine_dynamics()
    {
        var g = new Generator(4);
        var settings = new SldsSettings { States = 2, Dimension = 3, InnovationStrength = 20 };
        SldsParameters q = settings.Prior();
        Tensor before = randn([3], Double, generator: g), after = randn([3], Double, generator: g);

        var potentials = SwitchingLinearDynamicalSystem.Potentials(SldsParameters.Family().ExpectedStatistics(q));
        Tensor zero = zeros([1, 2, 3, 3], Double);
        Tensor closed = potentials.AverageOverPaths(stack([before, after]).unsqueeze(0), zero, zero.narrow(1, 1, 1))[0];

        const int Draws = 20_000;
        var start = new NormalInverseWishart().Sample(q.InitialState, g, Draws);
        var pair = new MatrixNormalInverseWishart().Sample(q.Dynamics, g, Draws);
        Tensor predicted = matmul(pair.A, cat([before, ones([1], Double)]).unsqueeze(1)).squeeze(-1);
        AssertWithinError(closed[0], LogNormal(before, start.Mu, start.Sigma));
        AssertWithinError(closed[1], LogNormal(after, predicted, pair.Sigma));
    }

    private static void AssertWithinError(Tensor expected, Tensor draws)
    {
        Tensor error = (draws.mean([0L]) - expected).abs() / (draws.std([0L]) / Math.Sqrt(draws.shape[0]));
        Assert.True(error.max().item<double>() < 6, $"off by {error.max().item<double>():f1} standard errors");
    }

    [Fact]
    public void Given_paths_and_states_the_start_recovers_the_dynamics()
    {
        var g = new Generator(2);
        var random = new Random(2);
        Tensor A = stack([tensor(new double[,] { { 0.9, 0.2 }, { -0.2, 0.9 } }), tensor(new double[,] { { 0.5, 0 }, { 0, 0.5 } })]);
        Tensor b = tensor(new double[,] { { 0.1, 0 }, { 0, -0.4 } });
        Tensor[] x = [zeros([2], Double)];
        var z = new List<int> { 0 };
        for (int t = 1; t < 6000; t++)
        {
            z.Add(random.NextDouble() < 0.05 ? 1 - z[^1] : z[^1]);
            x = [.. x, matmul(A[z[t]], x[^1]) + b[z[t]] + 0.1 * randn([2], Double, generator: g)];
        }
        var model = new SwitchingLinearDynamicalSystem(new SldsSettings { States = 2, Dimension = 2 });
        SldsParameters q = model.Posterior([stack(x)], [[.. z]], starts: 30);
        var regression = MatrixNormalInverseWishart.ToStandard(q.Dynamics);
        AssertClose.Equal(A, regression.M.narrow(2, 0, 2), 0.05, "A");
        AssertClose.Equal(b, regression.M.select(2, 2), 0.05, "b");
        Tensor noise = regression.S / (regression.Nu - 3).reshape(2, 1, 1);
        AssertClose.Equal(0.01 * eye(2, dtype: Double).expand(2, 2, 2), noise, 0.002, "Q");
        Tensor stay = new Dirichlet().ExpectedStatistics(q.Transition).Eta.exp().diagonal();
        Assert.All(stay.data<double>(), p => Assert.InRange(p, 0.93, 0.97));
    }

    [Fact]
    public void A_state_outside_the_model_is_refused_by_name()
    {
        var model = new SwitchingLinearDynamicalSystem(new SldsSettings { States = 2, Dimension = 1 });
        var error = Assert.Throws<ArgumentException>(() => model.Posterior([zeros([3, 1], Double)], [[0, 1, 2]], 1));
        Assert.Contains("states[0][2] = 2", error.Message);
    }

    [Fact]
    public void The_coordinate_estimator_is_the_gradient_of_the_expected_log_prior_with_q_held_fixed()
    {
        var model = new SwitchingLinearDynamicalSystem(new SldsSettings { States = 2, Dimension = 2 });
        var g = new Generator(1);
        var potentials = new NodePotentials(rand([1, 4, 2], Double, generator: g) + 1, randn([1, 4, 2], Double, generator: g));
        SldsParameters theta = model.Family.ExpectedStatistics(model.Prior);
        var posterior = (SwitchingPosterior)model.Infer(theta, potentials);
        var leaves = SldsParameters.FromBlocks([.. theta.Blocks.Select(block => block.detach().requires_grad_())]);
        model.ExpectedLogPrior(leaves, posterior).sum().backward();
        // t of the transition rows counts transitions, t of ½log|Λ| counts the frames of each state.
        AssertClose.Equal(posterior.Field.States.PairMarginalSum[0], leaves.Transition.Eta.grad!);
        AssertClose.Equal(posterior.StateMarginals[0].narrow(0, 1, 3).sum([0L]), leaves.Dynamics.Nu.grad!);
    }

    [Theory]
    [InlineData(3, 2, 3, false)]
    [InlineData(2, 2, 4, true)]
    [InlineData(1, 2, 3, false)]
    public void Local_inference_matches_enumeration(int K, int n, int frames, bool dense) =>
        ModelTruths.LocalInferenceMatchesEnumeration(ModelCases.Slds(K, n), frames, seed: 3, exact: K == 1, dense);

    [Fact]
    public void Known_states_leave_an_exact_chain_and_some_known_ones_a_restricted_sum()
    {
        ModelTruths.LocalInferenceMatchesEnumeration(ModelCases.Slds(3, 2), 3, seed: 4, exact: true, labels: [2, 0, 1]);
        ModelTruths.LocalInferenceMatchesEnumeration(ModelCases.Slds(3, 2), 3, seed: 4, exact: false, labels: [-1, 0, -1]);
    }

    [Fact]
    public void The_density_of_paths_matches_enumeration() => ModelTruths.LogDensityMatchesEnumeration(ModelCases.Slds(3, 2), 3, seed: 1);

    [Fact]
    public void The_gradient_of_the_expected_log_prior_is_the_expected_statistics() =>
        ModelTruths.TheGradientOfTheExpectedLogPriorIsTheExpectedStatistics(ModelCases.Slds(3, 2), 3, seed: 1);

    [Fact]
    public void Padding_is_never_read() => ModelTruths.PaddingIsNeverRead(ModelCases.Slds(3, 2), seed: 2);

    [Fact]
    public void Given_paths_and_states_the_posterior_is_the_conjugate_one()
    {
        var model = new SwitchingLinearDynamicalSystem(new SldsSettings { States = 2, Dimension = 2 });
        var (latents, states) = ModelCases.RandomPaths(2, 2, 6);
        SldsParameters q = model.Posterior(latents, states, starts: 11);
        Tensor x = cat(latents), z = tensor(states.SelectMany(s => s).Select(s => (long)s).ToArray());
        Tensor before = cat([.. latents.Select(p => p.narrow(0, 0, p.shape[0] - 1))]), after = cat([.. latents.Select(p => p.narrow(0, 1, p.shape[0] - 1))]);
        Tensor into = tensor(states.SelectMany(s => s.Skip(1)).Select(s => (long)s).ToArray());
        for (int k = 0; k < 2; k++)
        {
            ConjugateUpdates.AssertNormal(model.Prior.InitialState, q.InitialState, k, x[z == k], 11.0 / x.shape[0]);
            ConjugateUpdates.AssertRegression(model.Prior.Dynamics, q.Dynamics, k, before[into == k], after[into == k]);
        }
    }

    [Fact]
    public void Paths_that_do_not_fit_their_states_are_refused_by_name()
    {
        var model = new SwitchingLinearDynamicalSystem(new SldsSettings { States = 2, Dimension = 1 });
        Tensor three = zeros([3, 1], Double);
        Assert.Contains("states[1]: expected 3", Assert.Throws<ArgumentException>(() => model.Posterior([three, three], [[0, 1, 1], [0, 1]], 1)).Message);
        Assert.Contains("states[0]: expected 3", Assert.Throws<ArgumentException>(() => model.Posterior([three], [[0, 1, 1, 0]], 1)).Message);
        Assert.Contains("got 1 and 2", Assert.Throws<ArgumentException>(() => model.Posterior([three], [[0, 1, 1], [0]], 1)).Message);
    }

    [Fact]
    public void A_heavier_state_divergence_enters_the_most_probable_path_and_the_gradient()
    {
        using var scope = NewDisposeScope();
        var model = new SwitchingLinearDynamicalSystem(new SldsSettings { States = 2, Dimension = 2, StateWeight = 3, Inner = ModelCases.Exactly });
        var (latents, states) = ModelCases.RandomPaths(2, 2, 6);
        SldsParameters theta = model.Family.ExpectedStatistics(model.Posterior(latents, states, 3));
        var q = (SwitchingPosterior)model.Infer(theta, ModelCases.Potentials(4, 2, 1));
        var chain = new HmmPotentials(theta.Initial.Eta, theta.Transition.Eta, q.Field.Evidence / 3);
        for (int b = 0; b < 2; b++)
        {
            var paths = new EnumeratedPaths(chain, b, 4);
            AssertClose.Equal(paths.Marginals, q.StateMarginals[b], 1e-9, "q(z)");
            Assert.Equal(paths.Paths[paths.LogWeights.argmax()].data<long>(), q.MostProbableStates()[b].data<long>());
        }
        // −E KL(q(x)) − 3 KL(q(z)) = E_q of the weighted log prior + entropies, so E_q's own weight on the transitions is 3.
        var leaves = SldsParameters.FromBlocks([.. theta.Blocks.Select(block => block.detach().requires_grad_())]);
        model.ExpectedLogPrior(leaves, q).sum().backward();
        AssertClose.Equal(3 * q.Field.States.PairMarginalSum.sum([0L]), leaves.Transition.Eta.grad!, 1e-9, "transitions");
    }
}
