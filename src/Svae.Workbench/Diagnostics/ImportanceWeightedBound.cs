using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Diagnostics;

/// <summary>
/// A tighter lower bound of the log evidence than the ELBO, by importance sampling (Burda et al. 2016, equation 8):
/// <c>L_S = log 1/S Σ_s w_s,  w_s = p(y|x_s) p̃(x_s) / q(x_s),  x_s ~ q(x)</c>, with <c>p̃(x) = Σ_z exp E_q(θ) log p(x, z|θ)</c>.
/// </summary>
/// <remarks>
/// Its expectation grows with S towards <c>log ∫ p(y|x) p̃(x) dx</c>, and the w_s average to that integral whatever q is. With S = 1 it is in
/// expectation the local ELBO where the model has no discrete states, and at least that where it has, since z is summed out. Like the local
/// ELBO it leaves out KL(q(θ) ‖ p(θ)).
/// </remarks>
/// <param name="LogEvidence">L_S of each sequence, nats, float64 [B].</param>
/// <param name="EffectiveSamples">(Σ w)² / Σ w² of each sequence, between 1 and S, float64 [B]: far below S, the bound is still loose.</param>
/// <param name="Samples">S.</param>
public sealed record ImportanceWeightedBound(Tensor LogEvidence, Tensor EffectiveSamples, int Samples)
{
    /// <summary>The bound of each sequence of a batch.</summary>
    /// <param name="vae">The model.</param>
    /// <param name="batch">Sequences; missing frames count for nothing.</param>
    /// <param name="generator">Source of the samples.</param>
    /// <param name="samples">S.</param>
    /// <param name="samplesAtOnce">How many samples are held in memory together.</param>
    /// <param name="cancel">Stops between two groups of samples.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of samples is below one.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ImportanceWeightedBound Of<T>(
        StructuredVae<T> vae, Batch batch, Generator generator, int samples, int samplesAtOnce = 16, CancellationToken cancel = default)
        where T : INaturalParameters<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(samplesAtOnce, 1);
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        T theta = vae.Model.Family.ExpectedStatistics(vae.Parameters);
        var groups = new List<Tensor>();
        for (int done = 0; done < samples; done += samplesAtOnce)
        {
            cancel.ThrowIfCancellationRequested();
            groups.Add(LogWeights(vae, theta, batch, generator, Math.Min(samplesAtOnce, samples - done)));
        }
        Tensor logWeights = cat(groups), logSum = logWeights.logsumexp(0);
        return new ImportanceWeightedBound((logSum - Math.Log(samples)).MoveToOuterDisposeScope(),
            (2 * logSum - (2 * logWeights).logsumexp(0)).exp().MoveToOuterDisposeScope(), samples);
    }

    /// <summary>log w, shape [S, B].</summary>
    private static Tensor LogWeights<T>(StructuredVae<T> vae, T theta, Batch batch, Generator generator, int count) where T : INaturalParameters<T>
    {
        using var scope = NewDisposeScope();
        ILocalPosterior posterior = vae.Infer(batch, generator, count);
        Tensor x = posterior.Samples;
        Tensor likelihood = (vae.Likelihood.LogLikelihood(batch.Observations, x) * batch.Observed).to(ScalarType.Float64).sum(-1);
        Tensor prior = vae.Model.LogDensity(theta, x.flatten(0, 1), batch.Lengths.repeat(count)).reshape(count, -1);
        return (likelihood + prior - posterior.LogDensity(x)).MoveToOuterDisposeScope();
    }
}
