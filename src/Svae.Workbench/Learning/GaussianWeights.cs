using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Svae.Workbench.Learning;

/// <summary>
/// A mean-field Gaussian over a network's weights, <c>q(γ) = Π N(γ_i; m_i, s_i²)</c> with prior <c>N(0, τ²)</c>, learned by weight noise:
/// a step draws γ = m + s ∘ ε in the network's own place, and the gradient at γ is that of m, and times s ∘ ε that of log s
/// (Blundell et al. 2015; Johnson et al. 2016 treat the decoder so). Between steps the network holds the means.
/// </summary>
public sealed class GaussianWeights
{
    private readonly Parameter[] means, logDeviations;
    private readonly string[] names;
    private readonly double logPrior;
    private Tensor[] noise = [];

    /// <param name="network">Whose weights get a distribution.</param>
    /// <param name="deviation">s at the start, in weight units.</param>
    /// <param name="prior">τ, the prior's standard deviation.</param>
    /// <exception cref="ArgumentException">A deviation is not positive.</exception>
    public GaussianWeights(nn.Module network, double deviation = 1e-3, double prior = 1)
    {
        if (!(deviation > 0 && prior > 0)) throw new ArgumentException($"deviation and prior: must be positive, got {deviation} and {prior}");
        var named = network.named_parameters().ToArray();
        (names, means) = ([.. named.Select(p => p.name)], [.. named.Select(p => p.parameter)]);
        logDeviations = [.. means.Select(m => new Parameter(full_like(m, Math.Log(deviation))))];
        logPrior = Math.Log(prior);
    }

    /// <summary>log s, beside the network's own weights what an optimiser has to move.</summary>
    public IReadOnlyList<Parameter> LogDeviations => logDeviations;

    /// <summary>log s by the names of the weights.</summary>
    internal IEnumerable<(string Name, Tensor Value)> Named => names.Zip(logDeviations, (name, value) => (name, (Tensor)value));

    /// <summary>KL(q(γ) ‖ p(γ)) = Σ ½(s² + m²)/τ² − ½ − log s + log τ, nats.</summary>
    public double Kl()
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        return means.Zip(logDeviations, (m, l) =>
            (0.5 * Math.Exp(-2 * logPrior) * ((2 * l).exp() + m.square()) - 0.5 - l + logPrior).sum(ScalarType.Float64).item<double>()).Sum();
    }

    /// <summary>Puts a draw of the weights into the network.</summary>
    internal void Draw(Generator generator)
    {
        using var mode = no_grad();
        noise = [.. means.Zip(logDeviations, (m, l) => l.exp() * randn(m.shape, m.dtype, m.device, generator: generator))];
        for (int i = 0; i < means.Length; i++) means[i].add_(noise[i]);
    }

    /// <summary>Puts the means back; turns the gradients at the draw into those of m and log s, of the loss plus KL(q(γ) ‖ p(γ)).</summary>
    /// <param name="keepGradients">Whether a backward pass has run.</param>
    internal void Return(bool keepGradients)
    {
        using var mode = no_grad();
        double precision = Math.Exp(-2 * logPrior);
        for (int i = 0; i < means.Length; i++)
        {
            means[i].sub_(noise[i]);
            if (!keepGradients) continue;
            Tensor gradient = means[i].grad ?? zeros_like(means[i]);
            logDeviations[i].grad = (gradient * noise[i] + precision * (2 * logDeviations[i]).exp() - 1).DetachFromDisposeScope();
            means[i].grad = (gradient + precision * means[i]).DetachFromDisposeScope();
        }
        noise = [];
    }
}
