using Svae.Workbench.ExponentialFamilies;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// A graphical model whose observations are the conjugate data themselves, so that inference needs no network: what
/// <see cref="VariationalEm"/> and <see cref="StochasticVariationalInference"/> fit.
/// </summary>
/// <typeparam name="TParameters">Natural parameters η of q(θ); the same record holds E[t(θ)].</typeparam>
public interface IConjugateModel<TParameters> where TParameters : INaturalParameters<TParameters>
{
    /// <summary>The exponential family of p(θ) and q(θ).</summary>
    IExponentialFamily<TParameters> Family { get; }

    /// <summary>η₀ of the prior p(θ).</summary>
    TParameters Prior { get; }

    /// <summary>The optimal local factor of a batch of sequences (the E-step).</summary>
    /// <param name="expectedStatistics">E_q(θ)[t(θ)], or t(θ̂) of a point estimate.</param>
    /// <param name="batch">Observations of any floating type; ragged lengths, missing frames and known states as the batch says.</param>
    /// <param name="start">Where an iterated local factor begins: <see cref="LocalOptimum.Point"/> of an earlier call on the same batch.</param>
    /// <exception cref="ArgumentException">The observations do not have the model's size.</exception>
    LocalOptimum Expect(TParameters expectedStatistics, Batch batch, Tensor? start = null);

    /// <summary>t(θ̂) at the mode of the density with natural parameters η: see <see cref="PosteriorMode"/>.</summary>
    TParameters StatisticsAtMode(TParameters eta);
}

/// <summary>
/// The best local factor q(x, z) for a given q(θ). Its bound is held as a function of E[t(θ)]: since the factor is optimal, the gradient of
/// that function is the expected sufficient statistics <c>E_q[t(x, z, y)]</c>, in the blocks of η, and no model derives them by hand.
/// </summary>
/// <param name="Bound">E_q[log p(y, x, z|θ)] + H(q(x, z)) of each sequence, nats, shape [B]; differentiable with respect to E[t(θ)].</param>
/// <param name="Point">Where an iterated factor arrived, to start from next time; null where the factor is exact.</param>
public sealed record LocalOptimum(Tensor Bound, Tensor? Point = null);
