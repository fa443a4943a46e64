namespace Svae.Workbench.Learning;

/// <summary>One line of the training history; all terms in nats per frame of the training data.</summary>
/// <param name="Step">Step since the start of training.</param>
/// <param name="Seconds">Wall time since the start of training, s.</param>
/// <param name="Phase">Which phase: warm-up, joint, ….</param>
/// <param name="Elbo">LogLikelihood − LocalKl − GlobalKl.</param>
/// <param name="LogLikelihood">E_q log p(y|x).</param>
/// <param name="LocalKl">KL of the local factors.</param>
/// <param name="GlobalKl">KL(q(θ) ‖ p(θ)) over the frames, and that of the decoder's weights where they have a distribution.</param>
/// <param name="Halvings">How often the natural-gradient step was halved to stay in the domain.</param>
public sealed record TrainingRecord(
    int Step, double Seconds, string Phase, double Elbo, double LogLikelihood, double LocalKl, double GlobalKl, int Halvings = 0)
{
    /// <summary>Local ELBO of the held-out recordings after this step, nats per frame; null where it was not evaluated.</summary>
    public double? HeldOutElbo { get; init; }
}
