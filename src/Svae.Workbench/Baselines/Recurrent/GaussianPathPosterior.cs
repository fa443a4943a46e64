using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>A Gaussian Markov chain q(x) by its moments, which are 0 past a sequence's end.</summary>
/// <param name="Mean">E x_t, shape [B, T, n].</param>
/// <param name="Covariance">Cov x_t, shape [B, T, n, n].</param>
/// <param name="CrossCovariance">Cov(x_t, x_{t+1}), shape [B, T − 1, n, n]; null when frames are independent.</param>
/// <param name="Entropy">H(q), nats, shape [B].</param>
public sealed record GaussianPathPosterior(Tensor Mean, Tensor Covariance, Tensor? CrossCovariance, Tensor Entropy)
{
    /// <summary>From its moments, with the entropy <c>H = nT/2 − log q(mean)</c>.</summary>
    /// <param name="mean">E x_t, shape [B, T, n].</param>
    /// <param name="covariance">Cov x_t, shape [B, T, n, n].</param>
    /// <param name="cross">Cov(x_t, x_{t+1}), shape [B, T − 1, n, n]; null when frames are independent.</param>
    /// <param name="lengths">Length of each sequence, int64 [B].</param>
    public static GaussianPathPosterior Of(Tensor mean, Tensor covariance, Tensor? cross, Tensor lengths)
    {
        Tensor peak = GaussianPaths.LogDensity(mean, covariance, cross, lengths, mean.unsqueeze(0)).squeeze(0);
        return new GaussianPathPosterior(mean, covariance, cross, 0.5 * mean.shape[2] * lengths.to(mean.dtype) - peak);
    }

    /// <summary>What the chain primitive returns.</summary>
    public static GaussianPathPosterior Of(ChainPosterior chain, Tensor lengths) => Of(chain.Mean, chain.Covariance, chain.CrossCovariance, lengths);

    /// <summary>
    /// <c>E_q[E_q(θ) log p(y, x|θ)] + H(q)</c> of each sequence under a linear dynamical system with linear-Gaussian emission, exactly, nats,
    /// shape [B]: the local part of the ELBO, whatever q(x) it came from.
    /// </summary>
    /// <param name="expectedStatistics">E_q(θ)[t(θ)], or t(θ) of known parameters: then it is at most log p(y).</param>
    /// <param name="batch">The observations.</param>
    public Tensor Elbo(WithEmission<LdsParameters> expectedStatistics, Batch batch)
    {
        var (y, observed) = ConjugateStep.Data(batch, batch.Observations.shape[^1]);
        var (potentials, constant) = LinearGaussianEmission.Potentials(expectedStatistics.Emission, y, observed);
        Tensor likelihood = NodeMoments.Expected(potentials.J, potentials.h, Mean, Covariance).sum(1) + constant;
        return likelihood + ChainStatistics.Of(Mean, Covariance, CrossCovariance, batch.Lengths).ExpectedLogDensity(expectedStatistics.System) + Entropy;
    }
}
