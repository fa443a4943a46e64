using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>A conjugate graphical model over the latent states: a prior on its parameters θ, and local inference given potentials.</summary>
/// <typeparam name="TParameters">Natural parameters η of q(θ); the same record holds E[t(θ)].</typeparam>
public interface IGraphicalModel<TParameters> where TParameters : INaturalParameters<TParameters>
{
    /// <summary>The exponential family of p(θ) and q(θ).</summary>
    IExponentialFamily<TParameters> Family { get; }

    /// <summary>η₀ of the prior p(θ).</summary>
    TParameters Prior { get; }

    /// <summary>Latent dimension n.</summary>
    int Dimension { get; }

    /// <summary>The local posterior: the optimum of the surrogate in which the potentials stand for the likelihood.</summary>
    /// <param name="expectedStatistics">E_q(θ)[t(θ)]: the only way in which q(θ) enters.</param>
    /// <param name="potentials">ψ, one for each frame.</param>
    /// <param name="lengths">Length of each sequence, int64 [B]; all T when absent.</param>
    /// <param name="noise">Standard normal noise of the samples, float64 [S, B, T, n]; no samples when absent.</param>
    ILocalPosterior Infer(TParameters expectedStatistics, NodePotentials potentials, Tensor? lengths = null, Tensor? noise = null);

    /// <summary>
    /// E_q[log p(x, z|θ)] of each sequence as a function of E[t(θ)] alone, the posterior held fixed, shape [B].
    /// Its gradient is the expected sufficient statistics, all that the 2016 estimator of the natural gradient uses.
    /// </summary>
    Tensor ExpectedLogPrior(TParameters expectedStatistics, ILocalPosterior posterior);
}

/// <summary>The posterior over the latent states of a batch of sequences.</summary>
public interface ILocalPosterior
{
    /// <summary>−KL(q(x, z) ‖ exp E_q(θ) log p(x, z|θ)) of each sequence, nats, shape [B].</summary>
    Tensor NegativeKl { get; }

    /// <summary>E x_t, shape [B, T, n].</summary>
    Tensor Mean { get; }

    /// <summary>Reparameterised joint samples of x, shape [S, B, T, n].</summary>
    /// <exception cref="InvalidOperationException">Inference was given no noise.</exception>
    Tensor Samples { get; }
}
