using Svae.Workbench.Baselines;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Networks;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class SubspaceStartTests
{
    private const double Angle = 0.5;

    [Fact]
    public void Dynamics_that_no_single_frame_shows_are_found_with_their_angle()
    {
        using var scope = NewDisposeScope();
        var (recognition, decoder) = Networks();
        var x = SubspaceStart.StartNetworks(recognition, decoder, Shadows(), 2, reach: 6);
        Assert.All(x, path => Assert.Equal([28L, 2L], path.shape));
        var eta = new LinearDynamicalSystem(new() { Dimension = 2, DynamicsStrength = 1e-6 }).Posterior(x, x.Count);
        Tensor eigenvalues = linalg.eigvals(MatrixNormalInverseWishart.ToStandard(eta.Dynamics).M.narrow(-1, 0, 2));
        Assert.All(eigenvalues.abs().data<double>().ToArray(), size => Assert.Equal(1, size, 0.01));
        Assert.All(eigenvalues.angle().abs().data<double>().ToArray(), angle => Assert.Equal(Angle, angle, 0.01));
    }

    [Fact]
    public void Potentials_with_a_standard_normal_prior_and_the_decoder_are_least_squares()
    {
        using var scope = NewDisposeScope();
        var (recognition, decoder) = Networks();
        Tensor[] videos = Shadows();
        Tensor x = cat([.. SubspaceStart.StartNetworks(recognition, decoder, videos, 2, reach: 2)]);
        Tensor y = cat([.. videos.Select(video => video.narrow(0, 2, 36))]);
        Tensor frames = cat([y.to(ScalarType.Float64), ones(y.shape[0], 1, ScalarType.Float64)], 1), paths = cat([x, ones(x.shape[0], 1, ScalarType.Float64)], 1);
        Tensor regression = matmul(frames, linalg.lstsq(frames, x).Solution), emission = matmul(paths, linalg.lstsq(paths, y.to(ScalarType.Float64)).Solution);

        NodePotentials potentials = recognition.call(y.unsqueeze(0));
        Tensor posterior = (potentials.h / (1 + potentials.J))[0], variance = (1 / (1 + potentials.J))[0, 0];
        AssertClose.Equal(regression, posterior, 1e-4, "regression of x on y");
        AssertClose.Equal((x - regression).square().mean([0L]), variance, 0.01, "what the frame leaves open, up to the least share that it shows");
        AssertClose.Equal(emission, decoder.Mean(x).to(ScalarType.Float64), 1e-4, "regression of y on x");
        AssertClose.Equal((y - emission).square().mean([0L]), decoder.Variance.to(ScalarType.Float64), 1e-4, "what is left over");
    }

    [Fact]
    public void A_video_shorter_than_a_window_is_named()
    {
        using var scope = NewDisposeScope();
        var (recognition, decoder) = Networks();
        var error = Assert.Throws<ArgumentException>(() => SubspaceStart.StartNetworks(recognition, decoder, [zeros(41, 3), zeros(40, 3)], 2, reach: 20));
        Assert.Contains("videos[0]: has 41 frames, not more than a window of 2·20 + 1", error.Message, StringComparison.Ordinal);
    }

    private static (GaussianRecognition, GaussianDecoder) Networks()
    {
        var g = new Generator(0);
        return (new GaussianRecognition(3, 2, [], g), new GaussianDecoder(2, 3, [], g));
    }

    /// <summary>One coordinate of rotations of eight phases, at three gains in a little noise, [40, 3] each.</summary>
    private static Tensor[] Shadows()
    {
        var g = new Generator(1);
        Tensor gains = tensor(new[] { 1.0, -0.5, 2.0 });
        return [.. Enumerable.Range(0, 8).Select(i =>
            (((Angle * arange(40, ScalarType.Float64)) + (i * Math.PI / 4)).cos().unsqueeze(1) * gains + 0.05 * randn([40, 3], ScalarType.Float64, generator: g) + 0.3).to(ScalarType.Float32))];
    }
}
