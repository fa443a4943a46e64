namespace Svae.Workbench.Baselines;

/// <summary>What <see cref="AutoregressiveHmm.Fit"/> found, and how.</summary>
/// <param name="Model">The most probable parameters of the best start.</param>
/// <param name="Posterior">What the model says about the sequences it was fitted to.</param>
/// <param name="Trace">Penalised log-likelihood after each EM iteration of the best start, nats; never falls.</param>
/// <param name="RestartScores">Final penalised log-likelihood of every start.</param>
/// <param name="Converged">Did the best start settle before it ran out of iterations?</param>
public sealed record AutoregressiveHmmFit(
    AutoregressiveHmm Model, AutoregressiveHmmPosterior Posterior, IReadOnlyList<double> Trace, IReadOnlyList<double> RestartScores, bool Converged)
    : IDisposable
{
    /// <summary>Most probable state path of each sequence, as long as the sequence.</summary>
    public IReadOnlyList<int[]> Labels => Posterior.Labels;

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Model.Dispose();
        Posterior.Dispose();
    }
}
