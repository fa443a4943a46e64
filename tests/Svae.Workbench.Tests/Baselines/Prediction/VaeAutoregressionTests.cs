using Svae.Workbench.Baselines;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using Svae.Workbench.Networks;
using Svae.Workbench.Tests.Oracles;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Baselines;

public class VaeAutoregressionTests
{
    /// <summary>Frames of points that circle, each film beginning elsewhere, float32 [B, T, 4], and a VAE whose linear networks fit exactly.</summary>
    private static (StructuredVae<NoParameters> Vae, Tensor Films) Circling(int frames)
    {
        var g = new Generator(1);
        Tensor map = linalg.qr(randn([4, 2], generator: g)).Q;
        Tensor angle = 0.3 * arange(frames).unsqueeze(0) + arange(5).unsqueeze(1);
        Tensor x = stack([angle.cos(), angle.sin()], 2);
        var recognition = new GaussianRecognition(4, 2, [], g, precision: 9);
        var decoder = new GaussianDecoder(2, 4, [], g);
        recognition.SetLinear(map.t().contiguous(), zeros(2));
        decoder.SetLinear(map / 0.9, zeros(4), full(4, 0.01f)); // the prior draws the code to 9/10 of the way
        return (new StructuredVae<NoParameters>(new IndependentNormal(2), recognition, decoder), matmul(x, map.t()));
    }

    [Fact]
    public void A_deterministic_rotation_is_predicted_and_repeating_the_last_frame_is_not_enough()
    {
        using var scope = NewDisposeScope();
        var (vae, films) = Circling(60);
        Tensor past = films.narrow(1, 0, 50), future = films.narrow(1, 50, 10);
        var model = VaeAutoregression.Fit(vae, new Minibatches([.. past.unbind(0)], 50, 5, 0), ridge: 1e-6);
        Tensor predicted = model.Predict(past, 10);
        AssertClose.Equal(future.to(ScalarType.Float64), predicted.to(ScalarType.Float64), 1e-3);
        Tensor still = new RepeatLastFrame().Predict(past, 10);
        Assert.Equal(future.shape, still.shape);
        Assert.Equal(0, (still - past.narrow(1, 49, 1)).abs().max().item<float>());
        Assert.True((still - future).square().mean().item<float>() > 0.1f);
    }

    [Fact]
    public void Pairs_with_a_missing_frame_are_left_out()
    {
        using var scope = NewDisposeScope();
        var (vae, films) = Circling(30);
        Tensor[] spoilt = [.. films.unbind(0).Select(f => f.clone())];
        foreach (Tensor film in spoilt) film[7] = 50f;
        bool[][] missing = [.. spoilt.Select(_ => Enumerable.Range(0, 30).Select(t => t == 7).ToArray())];
        var clean = VaeAutoregression.Fit(vae, new Minibatches([.. films.unbind(0)], 30, 5, 0), 1e-6);
        var masked = VaeAutoregression.Fit(vae, new Minibatches(spoilt, 30, 5, 0, missing), 1e-6);
        AssertClose.Equal(clean.Coefficients, masked.Coefficients, 1e-4);
    }
}
