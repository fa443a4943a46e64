using Svae.Workbench.Baselines;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class StochasticVariationalInferenceTests
{
    [Fact]
    public void Full_steps_on_all_data_are_coordinate_ascent()
    {
        using var scope = NewDisposeScope();
        var (y, missing) = ConjugateData.Ragged(3, 2);
        int[][] states = [.. y.Select(s => Enumerable.Range(0, (int)s.shape[0]).Select(t => t / 4 % 2).ToArray())];
        var hmm = new ConjugateHmm(new HmmSettings { States = 2, Dimension = 2 });
        AssertSame(hmm, hmm.Model.Posterior(y, states, 1));
        var lds = new ConjugateLds(new LdsSettings { Dimension = 1 }, new LinearGaussianEmission { Observed = 2 });
        AssertSame(lds, lds.Posterior([.. y.Select(s => s.narrow(1, 0, 1))], y));

        void AssertSame<T>(IConjugateModel<T> model, T start) where T : INaturalParameters<T>
        {
            Minibatches data = ConjugateData.Together(y, missing);
            var batch = VariationalEm.Fit(model, data, new() { Iterations = 6, Tolerance = -1 }, start);
            var stochastic = StochasticVariationalInference.Fit(model, data, new() { Epochs = 5, Forgetting = 0 }, start);
            foreach (var (a, b) in batch.Parameters.Blocks.Zip(stochastic.Parameters.Blocks)) AssertClose.Equal(a, b, 1e-8);
            AssertClose.Equal(tensor(batch.Bounds.Take(5).ToArray()), tensor(stochastic.Bounds.ToArray()), 1e-8, "bounds");
        }
    }

    [Fact]
    public void Minibatches_come_close_to_what_batch_inference_finds()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(5);
        Tensor centers = tensor(new double[,] { { -3, 0 }, { 3, 1 }, { 0, 4 } });
        Tensor points = centers.repeat(200, 1) + 0.5 * randn([600, 2], ScalarType.Float64, generator: g);
        var model = new ConjugateMixture(new MixtureSettings { Components = 3, Dimension = 2 });
        MixtureParameters start = model.Model.Posterior([centers], [[0, 1, 2]], 1);
        var batch = VariationalEm.Fit(model, new Minibatches([points], 600, 1, 0), start: start);
        var stochastic = StochasticVariationalInference.Fit(model, new Minibatches([points], 1, 50, seed: 0), new() { Epochs = 15 }, start);
        double bound = VariationalEm.Fit(model, new Minibatches([points], 600, 1, 0), new() { Iterations = 1 }, stochastic.Parameters).Bounds[0];
        Assert.InRange(bound, batch.Bounds[^1] - 0.005 * 600, batch.Bounds[^1] + 1e-6);
        Assert.Equal(15 * 12, stochastic.Bounds.Count);
    }

    [Fact]
    public void It_stops_when_epochs_no_longer_gain()
    {
        var (y, _) = ConjugateData.Ragged(3, 2);
        var model = new ConjugateMixture(new MixtureSettings { Components = 1, Dimension = 2 });
        var fit = StochasticVariationalInference.Fit(model, ConjugateData.Together(y), new() { Epochs = 50, Forgetting = 0, Tolerance = 1e-6 });
        Assert.True(fit.Converged);
        Assert.InRange(fit.Bounds.Count, 2, 5);
    }
}
