using Svae.Workbench.Learning;

namespace Svae.Workbench;

/// <summary>What a training step does.</summary>
public sealed record StepSettings
{
    /// <summary>ρ of the natural gradient; 0 holds q(θ) fixed.</summary>
    public double NaturalRate { get; init; } = 0.1;

    /// <summary>Which natural gradient.</summary>
    public NaturalGradientEstimator Estimator { get; init; } = NaturalGradientEstimator.Unbiased;

    /// <summary>In which geometry q(θ) moves; the standard gradient is there to be compared with.</summary>
    public GradientGeometry Geometry { get; init; } = GradientGeometry.Natural;

    /// <summary>Samples of x for each sequence.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>Weight of the local divergence; 1 is the ELBO, less than 1 lets the networks learn first.</summary>
    public double KlWeight { get; init; } = 1;

    /// <summary>Factor on the recognition potentials; 1 uses them as they are.</summary>
    public double PotentialWeight { get; init; } = 1;

    /// <summary>The networks' gradient is clipped to this norm, nats per frame; 0 leaves it alone.</summary>
    public double ClipNorm { get; init; } = 0;
}

/// <summary>The ELBO of the whole data as one minibatch estimates it, in parts, nats.</summary>
/// <param name="LogLikelihood">s · E_q log p(y|x).</param>
/// <param name="LocalKl">s · KL(q(x, z) ‖ exp E_q(θ) log p(x, z|θ)).</param>
/// <param name="GlobalKl">KL(q(θ) ‖ p(θ)), and KL(q(γ) ‖ p(γ)) where the decoder's weights have a distribution.</param>
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
/// <param name="step">Step of the phase at which it appeared, when known.</param>
public sealed class NonFiniteException(string term, double value, int? step = null)
    : ArithmeticException($"{term} is {value}{(step is null ? "" : $" at step {step}")}; lower the learning rates, or look for extreme values in the data")
{
    /// <summary>Its value.</summary>
    public double Value => value;

    /// <summary>Step of the phase at which it appeared, when known.</summary>
    public int? Step => step;

    /// <summary>The term of the objective.</summary>
    public string Term => term;
}
