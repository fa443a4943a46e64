using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Svae.Workbench.Networks;

/// <summary>A decoder from parts, <c>p(y | x) = ∏_d p(y_d | f(x))</c>: any network for the features f(x), and a likelihood given them.</summary>
/// <example><code>new Decoder(new ResidualPerceptron(10, 20, [50], g), new GaussianLikelihood(20, GaussianVariance.Shared))</code></example>
public sealed class Decoder : Module<Tensor, Tensor>, ILikelihood
{
    private readonly Module<Tensor, Tensor> body;
    private readonly Likelihood likelihood;

    /// <param name="body">Latents [..., n] to features [..., D · <see cref="Likelihood.FeaturesPerOutput"/>]; becomes this module's own.</param>
    /// <param name="likelihood">The outputs' distribution given the features; becomes this module's own.</param>
    public Decoder(Module<Tensor, Tensor> body, Likelihood likelihood) : base(nameof(Decoder))
    {
        (this.body, this.likelihood) = (body, likelihood);
        RegisterComponents();
    }

    /// <summary>E[y | x], [..., D].</summary>
    public override Tensor forward(Tensor x) => likelihood.Mean(Features(x));

    /// <inheritdoc/>
    public Tensor Mean(Tensor x) => forward(x);

    /// <inheritdoc/>
    /// <inheritdoc cref="PixelLogLikelihood" path="/exception"/>
    public Tensor LogLikelihood(Tensor y, Tensor x)
    {
        Tensor features = Features(y, x);
        return likelihood.LogLikelihood(y.to(features.dtype), features);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The network's outputs are not as many as the likelihood takes for D outputs.</exception>
    public Tensor PixelLogLikelihood(Tensor y, Tensor x)
    {
        Tensor features = Features(y, x);
        return likelihood.LogDensity(y.to(features.dtype), features);
    }

    /// <inheritdoc/>
    public Tensor Sample(Tensor x, Generator generator)
    {
        using var mode = no_grad();
        return likelihood.Sample(Features(x), generator);
    }

    private Tensor Features(Tensor y, Tensor x) => Layers.RequireInputs(Features(x), "decoder features", y.shape[^1] * likelihood.FeaturesPerOutput,
        $"{likelihood.FeaturesPerOutput} for each of the {y.shape[^1]} outputs");

    private Tensor Features(Tensor x) => body.call(x.to(Layers.Precision(body)));
}
