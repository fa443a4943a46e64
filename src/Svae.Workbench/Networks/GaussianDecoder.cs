using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Svae.Workbench.Networks;

/// <summary>
/// Gaussian decoder <c>y | x ~ N(μ(x), diag(σ²))</c>: a residual network for the mean, and one learned log variance
/// for each output or one for all.
/// </summary>
public sealed class GaussianDecoder : Module<Tensor, Tensor>, ILikelihood
{
    private readonly ResidualPerceptron mean;
    private readonly Parameter logVariance;
    private readonly double floor;

    /// <param name="latent">Latent dimension n.</param>
    /// <param name="observed">Observation size D.</param>
    /// <param name="hidden">Widths of the hidden layers.</param>
    /// <param name="generator">Source of the initial weights.</param>
    /// <param name="perOutput">One variance for each output; otherwise one for all.</param>
    /// <param name="floor">No variance falls below this, observation units squared.</param>
    public GaussianDecoder(
        long latent, long observed, IReadOnlyList<long> hidden, Generator generator, bool perOutput = true, double floor = 1e-4)
        : base(nameof(GaussianDecoder))
    {
        this.floor = Math.Log(floor);
        mean = new ResidualPerceptron(latent, observed, hidden, generator);
        logVariance = new Parameter(zeros(perOutput ? observed : 1));
        RegisterComponents();
    }

    /// <summary>Sets the linear part of the mean and the variances, for instance to principal components and what they leave over.</summary>
    /// <param name="weight">W, shape [D, n].</param>
    /// <param name="bias">b, shape [D].</param>
    /// <param name="variance">σ², shape [D] or [1].</param>
    public void SetLinear(Tensor weight, Tensor bias, Tensor variance)
    {
        mean.SetLinear(weight, bias);
        using var mode = no_grad();
        logVariance.copy_(variance.log());
    }

    /// <summary>σ², shape [D] or [1].</summary>
    public Tensor Variance => logVariance.clamp_min(floor).exp();

    /// <summary>μ(x), float32, for latents of any leading dimensions.</summary>
    public override Tensor forward(Tensor x) => mean.call(x.to(ScalarType.Float32));

    /// <summary>log N(y; μ(x), σ²) summed over outputs.</summary>
    public Tensor LogLikelihood(Tensor y, Tensor x) => Likelihood.LogNormalSum(y, forward(x), logVariance.clamp_min(floor));

    /// <inheritdoc/>
    public Tensor PixelLogLikelihood(Tensor y, Tensor x) => Likelihood.LogNormal(y, forward(x), logVariance.clamp_min(floor));

    /// <inheritdoc/>
    public Tensor Mean(Tensor x) => forward(x);

    /// <inheritdoc/>
    public Tensor Sample(Tensor x, Generator generator)
    {
        using var mode = no_grad();
        Tensor mean = forward(x);
        return mean + Variance.sqrt() * Likelihood.Normals(mean, generator);
    }
}
