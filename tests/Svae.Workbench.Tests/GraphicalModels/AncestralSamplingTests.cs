using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.ExponentialFamilies;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.GraphicalModels;

public class AncestralSamplingTests
{
    private const int Count = 20_000;

    /// <summary>E μ_k and (E Λ_k)⁻¹ of a first frame, E [A b]_k and (E Λ_k)⁻¹ of a step.</summary>
    private static (Tensor Mean, Tensor Covariance) First(NormalInverseWishart.Natural eta, long k)
    {
        var (m, _, S, nu) = NormalInverseWishart.ToStandard(eta);
        return (m[k], S[k] / nu[k]);
    }

    private static (Tensor Mean, Tensor Covariance) Next(MatrixNormalInverseWishart.Natural eta, long k, Tensor mean, Tensor covariance)
    {
        var (M, _, S, nu) = MatrixNormalInverseWishart.ToStandard(eta);
        Tensor A = M[k].narrow(1, 0, mean.shape[0]), b = M[k].select(1, mean.shape[0]);
        return (A.mv(mean) + b, A.matmul(covariance).matmul(A.mT) + S[k] / nu[k]);
    }

    private static Tensor Probabilities(Dirichlet.Natural eta) => (eta.Eta + 1) / (eta.Eta + 1).sum(-1, keepdim: true);

    private static void AssertMoments((Tensor Mean, Tensor Covariance) expected, Tensor draws, string what)
    {
        FamilyTruths.AssertMean(expected.Mean, draws, $"mean of {what}");
        Tensor centred = draws - expected.Mean;
        FamilyTruths.AssertMean(expected.Covariance, centred.unsqueeze(2) * centred.unsqueeze(1), $"covariance of {what}");
    }

    private static void AssertFrequencies(Tensor expected, Tensor states, string what) =>
        FamilyTruths.AssertMean(expected, nn.functional.one_hot(states, expected.shape[0]).to(ScalarType.Float64), what);

    [Fact]
    public void Paths_of_a_linear_dynamical_system_have_the_moments_of_its_recursion()
    {
        var c = ModelCases.Lds(2);
        LdsParameters eta = c.Random(3);
        static T Batched<T>(T own) where T : INaturalParameters<T> => T.FromBlocks([.. own.Blocks.Select(block => block.unsqueeze(0))]);
        LatentPaths paths = c.Model.Simulate(eta, Count, 4, new Generator(1));
        Assert.Null(paths.States);
        var moments = First(Batched(eta.InitialState), 0);
        for (int t = 0; t < 4; t++)
        {
            AssertMoments(moments, paths.Latents.select(1, t), $"x_{t}");
            moments = Next(Batched(eta.Dynamics), 0, moments.Mean, moments.Covariance);
        }
    }

    [Fact]
    public void A_stable_system_reaches_its_stationary_distribution()
    {
        Tensor A = tensor(new double[,] { { 0.8, 0.3 }, { -0.3, 0.8 } }), b = tensor(new[] { 0.2, -0.1 }), Q = tensor(new double[,] { { 0.3, 0.1 }, { 0.1, 0.2 } });
        LdsParameters eta = PointParameters.Lds(zeros(2, ScalarType.Float64), eye(2, dtype: ScalarType.Float64), A, b, Q).Concentrated;
        Tensor x = new LinearDynamicalSystem(new LdsSettings { Dimension = 2 }).Simulate(eta, Count, 40, new Generator(2)).Latents.select(1, 39);
        Tensor mean = linalg.solve(eye(2, dtype: ScalarType.Float64) - A, b);
        Tensor vector = linalg.solve(eye(4, dtype: ScalarType.Float64) - kron(A, A), Q.flatten()); // vec P = (I − A ⊗ A)⁻¹ vec Q
        AssertMoments((mean, vector.reshape(2, 2)), x, "the stationary distribution");
    }

    [Fact]
    public void States_of_a_switching_system_follow_their_chain_and_given_ones_are_followed()
    {
        var c = ModelCases.Slds(3, 2);
        SldsParameters eta = c.Random(3);
        LatentPaths free = c.Model.Simulate(eta, Count, 3, new Generator(1));
        Tensor A = Probabilities(eta.Transition), marginal = Probabilities(eta.Initial);
        for (int t = 0; t < 3; t++, marginal = A.t().mv(marginal)) AssertFrequencies(marginal, free.States!.select(1, t), $"z_{t}");
        Tensor from = free.States!.select(1, 0) == 1, into = free.States!.select(1, 1)[from];
        AssertFrequencies(A[1], into, "z_1 given z_0");

        long[] path = [2, 0, 1];
        LatentPaths guided = c.Model.Simulate(eta, Count, 3, new Generator(1), tensor(path).expand(Count, 3));
        var moments = First(eta.InitialState, path[0]);
        for (int t = 0; t < 3; t++)
        {
            AssertMoments(moments, guided.Latents.select(1, t), $"x_{t} given z");
            if (t < 2) moments = Next(eta.Dynamics, path[t + 1], moments.Mean, moments.Covariance);
        }
        Assert.Equal(path, guided.States![17].data<long>());
    }

    [Fact]
    public void Frames_of_a_mixture_and_of_a_hidden_Markov_model_depend_on_their_states_alone()
    {
        var (mixture, hmm) = (ModelCases.Mixture(3, 2), ModelCases.Hmm(3, 2));
        MixtureParameters weights = mixture.Random(2);
        LatentPaths points = mixture.Model.Simulate(weights, Count, 2, new Generator(1));
        for (int t = 0; t < 2; t++) AssertFrequencies(Probabilities(weights.Weights), points.States!.select(1, t), $"z_{t}");
        Tensor same = (points.States!.select(1, 0) == points.States!.select(1, 1)).to(ScalarType.Float64);
        FamilyTruths.AssertMean(Probabilities(weights.Weights).square().sum(), same, "the state forgets the one before");

        HmmParameters chain = hmm.Random(2);
        LatentPaths frames = hmm.Model.Simulate(chain, Count, 2, new Generator(1));
        AssertFrequencies(Probabilities(chain.Transition).t().mv(Probabilities(chain.Initial)), frames.States!.select(1, 1), "z_1");
        for (int k = 0; k < 3; k++)
        {
            AssertMoments(First(weights.Components, k), points.Latents.select(1, 1)[points.States!.select(1, 1) == k], $"component {k}");
            AssertMoments(First(chain.Components, k), frames.Latents.select(1, 1)[frames.States!.select(1, 1) == k], $"state {k}");
        }
    }

    [Fact]
    public void The_future_of_a_linear_dynamical_system_has_the_exact_predictive_moments()
    {
        Tensor A = tensor(new double[,] { { 0.9, 0.4 }, { -0.3, 0.7 } }), b = tensor(new[] { 0.5, 0 }), Q = 0.2 * eye(2, dtype: ScalarType.Float64);
        PointParameters point = PointParameters.Lds(zeros(2, ScalarType.Float64), eye(2, dtype: ScalarType.Float64), A, b, Q);
        var model = new LinearDynamicalSystem(new LdsSettings { Dimension = 2 });
        NodePotentials potentials = ModelCases.Potentials(4, 2, 3);
        long[] lengths = [4, 2];
        Tensor noise = randn([Count, 2, 4, 2], ScalarType.Float64, generator: new Generator(1));
        ILocalPosterior past = model.Infer(point.Statistics, potentials, tensor(lengths), noise);
        Tensor future = model.Continue(point.Concentrated, past, tensor(lengths), 3, new Generator(2)).Latents;
        Assert.Equal([Count, 2, 3, 2], future.shape);
        for (int b1 = 0; b1 < 2; b1++)
        {
            var chain = LinearDynamicalSystem.Chain(point.Statistics, potentials, tensor(lengths)).Chain;
            var (precision, linear) = DenseGaussianChain.Joint(chain, b1, lengths[b1]);
            Tensor joint = linalg.inv(precision);
            long last = 2 * (lengths[b1] - 1);
            var (mean, covariance) = (joint.mv(linear).narrow(0, last, 2), joint.narrow(0, last, 2).narrow(1, last, 2));
            for (int k = 0; k < 3; k++)
            {
                (mean, covariance) = (A.mv(mean) + b, A.matmul(covariance).matmul(A.mT) + Q);
                AssertMoments((mean, covariance), future.select(1, b1).select(1, k), $"sequence {b1}, {k + 1} frames on");
            }
        }
    }

    [Fact]
    public void The_future_of_a_switching_system_starts_from_the_last_state_or_follows_given_ones()
    {
        var c = ModelCases.Slds(3, 2);
        SldsParameters eta = c.Random(3);
        Tensor lengths = tensor(new long[] { 3, 2 }), noise = randn([Count, 2, 3, 2], ScalarType.Float64, generator: new Generator(1));
        var past = (IStatePosterior)c.Model.Infer(c.Theta(eta), ModelCases.Potentials(3, 2, 1), lengths, noise);
        LatentPaths free = c.Model.Continue(eta, past, lengths, 2, new Generator(2));
        Tensor given = tensor(new long[,] { { 0, 2 }, { 1, 1 } });
        LatentPaths guided = c.Model.Continue(eta, past, lengths, 2, new Generator(2), given);
        for (int b = 0; b < 2; b++)
        {
            long last = lengths[b].item<long>() - 1;
            Tensor marginal = past.StateMarginals[b, last];
            for (int t = 0; t < 2; t++)
            {
                marginal = Probabilities(eta.Transition).t().mv(marginal);
                AssertFrequencies(marginal, free.States!.select(1, b).select(1, t), $"sequence {b}, z {t + 1} frames on");
            }
            var moments = (past.Mean[b, last], past.Covariance[b, last]);
            for (int t = 0; t < 2; t++)
            {
                moments = Next(eta.Dynamics, given[b, t].item<long>(), moments.Item1, moments.Item2);
                AssertMoments(moments, guided.Latents.select(1, b).select(1, t), $"sequence {b}, {t + 1} frames on");
            }
        }
    }

    [Fact]
    public void States_that_the_model_does_not_have_are_refused_by_name()
    {
        var c = ModelCases.Hmm(2, 1);
        void Refused(string message, Tensor states) =>
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => c.Model.Simulate(c.Model.Prior, 1, 2, new Generator(1), states)).Message);
        Refused("0..1", tensor(new long[,] { { 0, 2 } }));
        Refused("states: expected [1, 2]", tensor(new long[,] { { 0 } }));
        Refused("expected int64", zeros(1, 2));
        Assert.Throws<ArgumentException>(() => c.Model.Simulate(c.Model.Prior, 0, 2, new Generator(1)));
    }
}
