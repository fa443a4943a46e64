using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.GraphicalModels;

/// <summary>A graphical model with random q(θ), and E_q(θ) log p(z, x|θ) written out for the brute-force oracle.</summary>
/// <param name="States">K, 1 for a model without discrete states.</param>
/// <param name="LogJoint">q(θ), a path [T] and points [P, T, n] → [P].</param>
/// <param name="Random">Another q(θ) of the same sizes.</param>
internal sealed record ModelCase<T>(IGraphicalModel<T> Model, int States, Func<T, long[], Tensor, Tensor> LogJoint, Func<int, T> Random)
    where T : INaturalParameters<T>
{
    public T Theta(T eta) => Model.Family.ExpectedStatistics(eta);
}

internal static class ModelCases
{
    /// <summary>All sweeps: the fixed point to the last digits.</summary>
    public static readonly FixedPointOptions Exactly =
        new() { MaxSweeps = 80, Tolerance = -1, AdjointTolerance = 1e-11, MaxAdjointIterations = 200 };

    public static ModelCase<MixtureParameters> Mixture(int K, int n)
    {
        var model = new GaussianMixture(new MixtureSettings { Components = K, Dimension = n, Concentration = 1, Inner = Exactly });
        return new(model, K, (eta, z, x) => Frames(eta.Components, z, x) + z.Sum(k => LogProbability(eta.Weights, k)),
            seed => Random(model, K, n, seed));
    }

    public static ModelCase<HmmParameters> Hmm(int K, int n)
    {
        var model = new HiddenMarkovModel(new HmmSettings { States = K, Dimension = n, Inner = Exactly });
        return new(model, K, (eta, z, x) => Frames(eta.Components, z, x) + LogPath(eta.Initial, eta.Transition, z), seed => Random(model, K, n, seed));
    }

    public static ModelCase<SldsParameters> Slds(int K, int n, int sweeps = 80)
    {
        var model = new SwitchingLinearDynamicalSystem(new SldsSettings { States = K, Dimension = n, Stickiness = 1, Inner = Exactly with { MaxSweeps = sweeps } });
        return new(model, K, (eta, z, x) => LogPath(eta.Initial, eta.Transition, z) + Dynamics(eta.InitialState, eta.Dynamics, z, x),
            seed => Random(model, K, n, seed));
    }

    public static ModelCase<LdsParameters> Lds(int n)
    {
        var model = new LinearDynamicalSystem(new LdsSettings { Dimension = n });
        static LdsParameters Batched(LdsParameters eta) => LdsParameters.FromBlocks([.. eta.Blocks.Select(block => block.unsqueeze(0))]);
        return new(model, 1, (eta, z, x) => Dynamics(Batched(eta).InitialState, Batched(eta).Dynamics, z, x),
            seed => model.Posterior(RandomPaths(1, n, seed).Latents, 3));
    }

    /// <summary>Potentials with a missing second frame, [2, T, n] or dense.</summary>
    public static NodePotentials Potentials(int frames, int n, int seed, bool dense = false)
    {
        var g = new Generator((ulong)seed + 77);
        Tensor R(params long[] shape) => randn(shape, ScalarType.Float64, generator: g);
        Tensor root = R(2, frames, n, n), J = dense ? root.matmul(root.mT) + 0.5 * eye(n, dtype: ScalarType.Float64) : R(2, frames, n).square() + 0.5;
        return new NodePotentials(J, 2 * R(2, frames, n)).Observed((arange(frames) != 1).expand(2, frames));
    }

    /// <summary>Latent paths and states of no particular origin.</summary>
    public static (Tensor[] Latents, int[][] States) RandomPaths(int K, int n, int seed)
    {
        var (g, random) = (new Generator((ulong)seed + 5), new Random(seed));
        int[] lengths = [12, 9, 1];
        return ([.. lengths.Select(T => randn([T, n], ScalarType.Float64, generator: g))],
            [.. lengths.Select(T => Enumerable.Range(0, T).Select(_ => random.Next(K)).ToArray())]);
    }

    private static T Random<T>(IStateModel<T> model, int K, int n, int seed) where T : INaturalParameters<T>
    {
        var (latents, states) = RandomPaths(K, n, seed);
        return model.Posterior(latents, states, 3);
    }

    private static Tensor Frames(NormalInverseWishart.Natural components, long[] z, Tensor x) =>
        z.Select((k, t) => ExpectedDensities.Normal(components, k, x.select(1, t))).Aggregate((a, b) => a + b);

    private static Tensor Dynamics(NormalInverseWishart.Natural start, MatrixNormalInverseWishart.Natural pairs, long[] z, Tensor x) =>
        z.Skip(1).Select((k, t) => ExpectedDensities.Step(pairs, k, x.select(1, t), x.select(1, t + 1)))
            .Aggregate(ExpectedDensities.Normal(start, z[0], x.select(1, 0)), (a, b) => a + b);

    private static double LogPath(Dirichlet.Natural initial, Dirichlet.Natural transition, long[] z)
    {
        Tensor rows = ExpectedDensities.LogProbabilities(transition);
        return LogProbability(initial, z[0]) + z.Skip(1).Select((k, t) => rows[z[t], k].item<double>()).Sum();
    }

    private static double LogProbability(Dirichlet.Natural eta, long k) => ExpectedDensities.LogProbabilities(eta)[k].item<double>();
}
