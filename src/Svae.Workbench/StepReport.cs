using Svae.Workbench.Learning;

namespace Svae.Workbench;

/// <summary>What a training step does.</summary>
public sealed record StepSettings
{
    /// <summary>ρ of the natural gradient; 0 holds q(θ) fixed.</summary>
    public double NaturalRate { get; init; } = 0.1;

    /// <summary>Which natural gradient.</summary>
    public NaturalGradientEstimator Estimator { get; init; } = NaturalGradientEstimator.Unbiased;

    /// <summary>Samples of x for each sequence.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>The networks' gradient is clipped to this norm, nats per frame; 0 leaves it alone.</summary>
    public double ClipNorm { get; init; } = 0;
}

/// <summary>The ELBO of the whole data as one minibatch estimates it, in parts, nats.</summary>
/// <param name="LogLikelihood">s · E_q log p(y|x).</param>
/// <param name="LocalKl">s · KL(q(x, z) ‖ exp E_q(θ) log p(x, z|θ)).</param>
/// <param name="GlobalKl">KL(q(θ) ‖ p(θ)).</param>
/// <param name="Halvings">How often the natural-gradient step was halved to stay in the domain.</param>
public sealed record StepReport(double LogLikelihood, double LocalKl, double GlobalKl, int Halvings)
{
    /// <summary>LogLikelihood − LocalKl − GlobalKl.</summary>
    public double Elbo => LogLikelihood - LocalKl - GlobalKl;

    /// <exception cref="NonFiniteException">Names the first term that is not finite.</exception>
    internal void RequireFinite()
    {
        foreach (var (value, term) in new[] { (LogLikelihood, "log-likelihood"), (LocalKl, "local KL"), (GlobalKl, "global KL") })
            if (!double.IsFinite(value)) throw new NonFiniteException(term, value);
    }
}

/// <summary>A term of the objective became NaN or infinite.</summary>
/// <param name="term">Which term.</param>
/// <param name="value">Its value.</param>
public sealed class NonFiniteException(string term, double value)
    : ArithmeticException($"{term} is {value}; lower the learning rates, or look for extreme values in the data")
{
    /// <summary>The term of the objective.</summary>
    public string Term => term;
}
