using Svae.Workbench.Baselines;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.GraphicalModels;

public class StickinessTests
{
    /// <summary>Two states of ten frames on average, so noisy that a single frame says little.</summary>
    private static (Tensor Frames, int[] States) Noisy(int seed)
    {
        var random = new Random(seed);
        var states = new int[800];
        for (int t = 1; t < states.Length; t++) states[t] = random.NextDouble() < 0.1 ? 1 - states[t - 1] : states[t - 1];
        Tensor noise = randn([states.Length, 1], ScalarType.Float64, generator: new Generator((ulong)seed));
        return (noise + 1.5 * tensor(states.Select(z => (double)z).ToArray()).unsqueeze(1), states);
    }

    private static double MeanDuration(double stickiness, int seed)
    {
        var (frames, states) = Noisy(seed);
        var model = new ConjugateHmm(new HmmSettings { States = 2, Dimension = 1, Stickiness = stickiness });
        var fit = VariationalEm.Fit(model, new Minibatches([frames], (int)frames.shape[0], 1, 0),
            new() { Iterations = 30 }, model.Model.Posterior([frames], [states], 1));
        Tensor path = model.MostProbableStates(fit.Statistics, Batch.Whole(frames.unsqueeze(0)));
        long[] z = path.flatten().data<long>().ToArray();
        return (double)z.Length / (1 + z.Skip(1).Zip(z, (now, before) => now != before).Count(changed => changed));
    }

    [Fact]
    public void More_stickiness_gives_longer_bouts()
    {
        for (int seed = 0; seed < 3; seed++)
        {
            double none = MeanDuration(0, seed), some = MeanDuration(2_000, seed), much = MeanDuration(50_000, seed);
            Assert.True(none < some && some < much, $"mean durations {none:f1}, {some:f1}, {much:f1} frames");
            Assert.True(much > 2 * none, $"mean durations {none:f1} and {much:f1} frames");
        }
    }

    [Fact]
    public void The_prior_expects_self_transitions_as_often_as_its_pseudo_counts_say()
    {
        // Row k is Dir(α/K + κ at k): E A_kk = (α/K + κ)/(α + κ), a mean duration of 1/(1 − E A_kk) = (α + κ)/(α (K − 1)/K) frames.
        var settings = new SldsSettings { States = 4, Dimension = 2, Concentration = 2, Stickiness = 30 };
        Tensor alpha = settings.Prior().Transition.Eta + 1, expected = alpha / alpha.sum(1, keepdim: true);
        Assert.Equal((2 + 30) / (2 * 3 / 4.0), 1 / (1 - expected[0, 0].item<double>()), 9);
        Assert.Throws<ArgumentException>(() => (settings with { Stickiness = -1 }).Prior());
    }
}
