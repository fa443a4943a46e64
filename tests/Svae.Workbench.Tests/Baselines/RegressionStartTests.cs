using Svae.Workbench.Baselines;
using Svae.Workbench.Data;
using Svae.Workbench.MessagePassing;
using Svae.Workbench.Networks;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class RegressionStartTests
{
    [Theory]
    [InlineData(2, 4)]
    [InlineData(3, 5)]
    [InlineData(5, 10)]
    public void Of_a_linear_gaussian_likelihood_it_finds_the_exact_potentials(int latent, int observed)
    {
        using var scope = NewDisposeScope();
        var process = new LinearGaussianRotation { LatentSize = latent, Observed = observed, Frames = 100 };
        using ToyData drawn = process.Sample(400, new Generator(7));
        var recognition = new GaussianRecognition(observed, latent, [], new Generator(1), dense: true);
        recognition.StartFrom(drawn.Latents, drawn.Observations);

        LinearGaussianProcess truth = process.Process;
        Tensor y = drawn.Observations.narrow(0, 0, 1), J = matmul(truth.C.t(), truth.C), h = matmul(y.to(ScalarType.Float64) - truth.d, truth.C);
        NodePotentials potentials = recognition.call(y);
        AssertClose.Equal(J.expand(1, 100, latent, latent), potentials.J, 0.05, "CᵀC");
        AssertClose.Equal(h, potentials.h, 0.05, "Cᵀ(y − d)");
    }

    [Fact]
    public void A_latent_that_no_frame_shows_begins_with_a_weak_potential_at_its_mean()
    {
        using var scope = NewDisposeScope();
        var g = new Generator(3);
        Tensor x = randn([5000, 2], ScalarType.Float64, generator: g) + 2, y = x.narrow(1, 0, 1) + 0.5 * randn([5000, 1], ScalarType.Float64, generator: g);
        var recognition = new GaussianRecognition(1, 2, [], new Generator(1), dense: true);
        recognition.StartFrom(x, y);
        NodePotentials potentials = recognition.call(full([1, 1, 1], 2f));
        AssertClose.Equal(tensor(new[] { 2.0, 2.0 }), potentials.Modes().flatten(), 0.1, "modes at the mean frame");
        Assert.Equal(4, potentials.J[0, 0, 0, 0].item<double>(), 0.3);      // 1 / 0.5²
        Assert.InRange(potentials.J[0, 0, 1, 1].item<double>(), 0, 0.05);
    }

    [Fact]
    public void Latents_and_frames_that_differ_in_number_are_named()
    {
        using var scope = NewDisposeScope();
        var recognition = new GaussianRecognition(3, 2, [], new Generator(1), dense: true);
        var error = Assert.Throws<ArgumentException>(() => recognition.StartFrom(randn(20, 2), randn(19, 3)));
        Assert.Contains("observations: expected [20, any] (frames, observed), got [19, 3]", error.Message, StringComparison.Ordinal);
    }
}
