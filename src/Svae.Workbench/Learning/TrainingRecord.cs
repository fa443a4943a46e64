namespace Svae.Workbench.Learning;

/// <summary>One line of the training history; all terms in nats per frame of the training data.</summary>
/// <param name="Step">Step since the start of training.</param>
/// <param name="Seconds">Wall time since the start of training, s.</param>
/// <param name="Phase">Which phase: warm-up, joint, ….</param>
/// <param name="Elbo">LogLikelihood − LocalKl − GlobalKl.</param>
/// <param name="LogLikelihood">E_q log p(y|x).</param>
/// <param name="LocalKl">KL of the local factors.</param>
/// <param name="GlobalKl">KL(q(θ) ‖ p(θ)) over the frames.</param>
public sealed record TrainingRecord(
    int Step, double Seconds, string Phase, double Elbo, double LogLikelihood, double LocalKl, double GlobalKl);
