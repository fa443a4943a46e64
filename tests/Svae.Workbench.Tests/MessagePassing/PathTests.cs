using CsCheck;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.MessagePassing;

/// <summary>Paths and pairs against enumeration of all paths.</summary>
public class PathTests
{
    [Fact]
    public void The_most_probable_path_is_the_heaviest_of_all() =>
        RandomHmm.Small.Sample(model =>
        {
            using var scope = NewDisposeScope();
            HmmPotentials potentials = model.Potentials();
            Tensor paths = ForwardBackward.MostProbablePath(potentials, model.Lengths());
            for (int b = 0; b < model.B; b++)
            {
                int T = model.LengthOf(b);
                var all = new EnumeratedPaths(potentials, b, T);
                long[] heaviest = all.Paths[all.LogWeights.argmax()].data<long>().ToArray();
                Assert.Equal([.. heaviest, .. Enumerable.Repeat(-1L, model.T - T)], paths[b].data<long>().ToArray());
            }
        }, iter: 40);

    [Fact]
    public void Pair_marginals_of_every_step_match_enumeration() =>
        RandomHmm.Small.Sample(model =>
        {
            using var scope = NewDisposeScope();
            HmmPotentials potentials = model.Potentials();
            Tensor pairs = ForwardBackward.PairMarginals(potentials, model.Lengths());
            Assert.Equal([model.B, model.T - 1, model.K, model.K], pairs.shape);
            for (int b = 0; b < model.B; b++)
            {
                int T = model.LengthOf(b);
                AssertClose.Equal(new EnumeratedPaths(potentials, b, T).PairMarginals, pairs[b].narrow(0, 0, T - 1), what: "pairs");
                Assert.Equal(0, pairs[b].narrow(0, T - 1, model.T - T).abs().sum().item<double>());
            }
        }, iter: 30);

    [Fact]
    public void Gradients_of_pair_marginals_match_finite_differences() =>
        RandomHmm.OfSizes(Gen.Int[1, 2], Gen.Int[2, 4], Gen.Int[1, 3]).Sample(model =>
        {
            using var scope = NewDisposeScope();
            HmmPotentials potentials = model.Potentials();
            using var generator = new Generator((ulong)model.Seed);
            Tensor weights = randn([model.B, model.T - 1, model.K, model.K], dtype: ScalarType.Float64, generator: generator);
            FiniteDifferences.AssertAgree(
                x => (weights * ForwardBackward.PairMarginals(new HmmPotentials(x[0], x[1], x[2]), model.Lengths())).sum(),
                [potentials.LogInitial, potentials.LogTransition, potentials.LogLikelihood]);
        }, iter: 10);

    [Fact]
    public void Sampled_paths_are_as_frequent_as_probable()
    {
        using var scope = NewDisposeScope();
        const int count = 40_000;
        var model = new RandomHmm(2, 4, 3, true, false, true, 9);
        HmmPotentials potentials = model.Potentials();
        using var generator = new Generator(7);
        Tensor samples = ForwardBackward.SamplePaths(potentials, generator, count, model.Lengths());
        for (int b = 0; b < model.B; b++)
        {
            var all = new EnumeratedPaths(potentials, b, model.LengthOf(b));
            Tensor own = samples.select(1, b).narrow(1, 0, model.LengthOf(b)), probability = all.Probabilities;
            for (long path = 0; path < all.Paths.shape[0]; path++)
            {
                double p = probability[path].item<double>(), frequency = (own == all.Paths[path]).all(1).to(ScalarType.Float64).mean().item<double>();
                Assert.True(Math.Abs(frequency - p) < 6 * Math.Sqrt(p * (1 - p) / count) + 1e-12, $"path {path}: frequency {frequency}, probability {p}");
            }
        }
        using var again = new Generator(7);
        Assert.Equal(samples.data<long>().ToArray(), ForwardBackward.SamplePaths(potentials, again, count, model.Lengths()).data<long>().ToArray());
    }
}
