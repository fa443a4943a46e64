using Svae.Workbench.Baselines;
using Svae.Workbench.Data;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Networks;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class DiscriminantStartTests
{
    [Fact]
    public void Discriminants_are_the_generalised_eigenvectors_of_the_two_scatters()
    {
        using var scope = NewDisposeScope();
        var g = new Generator(3);
        Tensor classes = arange(300) % 3, centres = randn([3, 4], ScalarType.Float64, generator: g), mix = randn([4, 4], ScalarType.Float64, generator: g);
        Tensor data = centres.index_select(0, classes) + matmul(randn([300, 4], ScalarType.Float64, generator: g), mix);
        var (directions, within) = DiscriminantStart.Discriminants(data, classes, 2);

        Tensor S = zeros(4, 4, ScalarType.Float64), B = zeros(4, 4, ScalarType.Float64);
        for (int k = 0; k < 3; k++)
        {
            Tensor own = data.index_select(0, (classes == k).nonzero().flatten()), mean = own.mean([0L]), off = (mean - data.mean([0L])).unsqueeze(1);
            S += matmul((own - mean).t(), own - mean) / 300;
            B += matmul(off, off.t()) * own.shape[0] / 300;
        }
        double[] ratios = [.. linalg.eigvals(matmul(linalg.inv(S), B)).real.data<double>().OrderDescending().Take(2)];
        for (int i = 0; i < 2; i++)
        {
            Tensor w = directions[i];
            AssertClose.Equal(ratios[i] * matmul(S, w), matmul(B, w), 1e-6, "B w = λ S w");
            Assert.Equal(matmul(w, matmul(S, w)).item<double>(), within[i].item<double>(), 6);
        }
    }

    [Fact]
    public void The_place_of_a_bouncing_dot_is_read_out_straight_from_its_directions()
    {
        using var scope = NewDisposeScope();
        ToyData video = (BouncingDot.TenPixels with { TrainingSequences = 64, HeldOutSequences = 1 }).Generate(0).Training;
        var (recognition, decoder) = Networks(10, 1);
        var paths = DiscriminantStart.StartNetworks(recognition, decoder, video.Sequences, video.Labels!, 1);
        Assert.All(paths, path => Assert.Equal([50L, 1L], path.shape));
        Tensor x = cat([.. paths]).squeeze(1), place = video.Latents.select(2, 0).flatten().to(ScalarType.Float64);
        Assert.Equal(1, x.std(unbiased: false).item<double>(), 6);
        Tensor both = stack([x - x.mean(), place - place.mean()]), moments = matmul(both, both.t());
        double correlation = Math.Abs(moments[0, 1].item<double>()) / Math.Sqrt(moments[0, 0].item<double>() * moments[1, 1].item<double>());
        Assert.InRange(correlation, 0.98, 1);

        NodePotentials potentials = recognition.call(video.Observations);
        AssertClose.Equal(stack([.. paths]), potentials.Modes(), 1e-4, "the recognition network's mean is the read-out");
        Tensor frames = video.Observations.reshape(-1, 10).to(ScalarType.Float64), inputs = stack([x, ones_like(x)], 1);
        Tensor emission = matmul(inputs, linalg.lstsq(inputs, frames).Solution);
        AssertClose.Equal(emission, decoder.Mean(x.unsqueeze(1)).to(ScalarType.Float64), 1e-4, "regression of y on x");
        AssertClose.Equal((frames - emission).square().mean([0L]), decoder.Variance.to(ScalarType.Float64), 1e-4, "what is left over");
    }

    [Fact]
    public void The_precision_is_that_of_one_frame_when_the_states_explain_the_velocity()
    {
        using var scope = NewDisposeScope();
        var g = new Generator(5);
        int[] states = [.. Enumerable.Range(0, 2000).Select(t => t / 10 % 2)];
        Tensor steps = tensor(states.Select(k => k == 0 ? 1.0 : -1.0).ToArray()), noise = randn(2000, ScalarType.Float64, generator: g);
        Tensor y = (steps.cumsum(0) + 0.5 * noise).unsqueeze(1).to(ScalarType.Float32);
        var (recognition, decoder) = Networks(1, 1);
        DiscriminantStart.StartNetworks(recognition, decoder, [y], [states], 1);
        double variance = y.var(unbiased: false).item<float>();
        Assert.Equal(variance / 0.25, recognition.call(y.unsqueeze(0)).J[0, 0, 0].item<double>(), 0.1 * variance / 0.25);
    }

    [Fact]
    public void States_that_do_not_fit_the_videos_are_named()
    {
        using var scope = NewDisposeScope();
        var (recognition, decoder) = Networks(3, 1);
        string Message(int[][] states, int latents = 1) =>
            Assert.Throws<ArgumentException>(() => DiscriminantStart.StartNetworks(recognition, decoder, [zeros(4, 3)], states, latents)).Message;
        Assert.Contains("states: expected one array for each of 1 videos, got 0", Message([]), StringComparison.Ordinal);
        Assert.Contains("states[0]: expected 4, one a frame, got 3", Message([[0, 1, 0]]), StringComparison.Ordinal);
        Assert.Contains("latents: expected between 1 and 1", Message([[0, 1, 0, 1]], 2), StringComparison.Ordinal);
    }

    private static (GaussianRecognition, GaussianDecoder) Networks(long observed, long latent)
    {
        var g = new Generator(0);
        return (new GaussianRecognition(observed, latent, [], g), new GaussianDecoder(latent, observed, [], g));
    }
}
