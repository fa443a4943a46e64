using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>
/// A conjugate graphical model over the latent states: a prior on its parameters θ, local inference given potentials, and latent paths
/// drawn from it.
/// </summary>
/// <typeparam name="TParameters">Natural parameters η of q(θ); the same record holds E[t(θ)].</typeparam>
public interface IGraphicalModel<TParameters> where TParameters : INaturalParameters<TParameters>
{
    /// <summary>The exponential family of p(θ) and q(θ).</summary>
    IExponentialFamily<TParameters> Family { get; }

    /// <summary>η₀ of the prior p(θ).</summary>
    TParameters Prior { get; }

    /// <summary>Latent dimension n.</summary>
    int Dimension { get; }

    /// <summary>Everything that decides what the model is, as a record of plain values: what a saved file holds it by.</summary>
    object Configuration { get; }

    /// <summary>The local posterior: the optimum of the surrogate in which the potentials stand for the likelihood.</summary>
    /// <param name="expectedStatistics">E_q(θ)[t(θ)]: the only way in which q(θ) enters.</param>
    /// <param name="potentials">ψ, one for each frame.</param>
    /// <param name="lengths">Length of each sequence, int64 [B]; all T when absent.</param>
    /// <param name="noise">Standard normal noise of the samples, float64 [S, B, T, n]; no samples when absent.</param>
    /// <param name="labels">Known discrete states, int64 [B, T], −1 where the state is not known; none known when absent.</param>
    /// <exception cref="ArgumentException">A shape or a label does not fit, or labels were given to a model without discrete states.</exception>
    ILocalPosterior Infer(
        TParameters expectedStatistics, NodePotentials potentials, Tensor? lengths = null, Tensor? noise = null, Tensor? labels = null);

    /// <summary>
    /// E_q[log p(x, z|θ)] of each sequence as a function of E[t(θ)] alone, the posterior held fixed, shape [B].
    /// Its gradient is the expected sufficient statistics, all that the 2016 estimator of the natural gradient uses.
    /// </summary>
    Tensor ExpectedLogPrior(TParameters expectedStatistics, ILocalPosterior posterior);

    /// <summary>
    /// log p̃(x) of given latent paths with <c>p̃(x) = Σ_z exp E_q(θ) log p(x, z|θ)</c>, shape [P]: at most log p(x), and what importance
    /// weights need.
    /// </summary>
    /// <param name="expectedStatistics">E_q(θ)[t(θ)].</param>
    /// <param name="paths">x, float64 [P, T, n]; 0 past a path's end.</param>
    /// <param name="lengths">Length of each path, int64 [P]; all T when absent.</param>
    Tensor LogDensity(TParameters expectedStatistics, Tensor paths, Tensor? lengths = null);

    /// <summary>Filtered moments: what the frames up to t say about x_t, mean [B, T, n] and covariance [B, T, n, n]; anything past a sequence's end.</summary>
    /// <remarks>Here by inference on each beginning of the sequences, which is T inferences; a model that can do better does.</remarks>
    /// <param name="expectedStatistics">E_q(θ)[t(θ)].</param>
    /// <param name="potentials">ψ, one for each frame.</param>
    /// <param name="lengths">Length of each sequence, int64 [B]; all T when absent.</param>
    ChainMoments Filter(TParameters expectedStatistics, NodePotentials potentials, Tensor? lengths = null)
    {
        var (means, covariances) = (new List<Tensor>(), new List<Tensor>());
        for (long t = 1; t <= potentials.h.shape[1]; t++)
        {
            var beginning = new NodePotentials(potentials.J.narrow(1, 0, t), potentials.h.narrow(1, 0, t));
            ILocalPosterior posterior = Infer(expectedStatistics, beginning, lengths?.clamp_max(t));
            means.Add(posterior.Mean.select(1, t - 1));
            covariances.Add(posterior.Covariance.select(1, t - 1));
        }
        return new ChainMoments(stack(means, 1), stack(covariances, 1));
    }

    /// <summary>Latent paths from the model itself, at the parameters that q(θ) expects.</summary>
    /// <param name="eta">η of q(θ).</param>
    /// <param name="count">How many paths.</param>
    /// <param name="frames">How long each is.</param>
    /// <param name="generator">Source of randomness.</param>
    /// <param name="states">Discrete states to follow, int64 [count, frames]; drawn too when absent.</param>
    LatentPaths Simulate(TParameters eta, int count, int frames, Generator generator, Tensor? states = null);

    /// <summary>
    /// The future of sequences whose past was inferred: paths drawn frame by frame from the model, each beginning at a joint sample of the
    /// sequence's last frame. Unlike a mean field over the future it keeps several futures apart.
    /// </summary>
    /// <param name="eta">η of q(θ).</param>
    /// <param name="posterior">Of the past, with samples [S, B, T, n].</param>
    /// <param name="lengths">Length of each past, int64 [B]; all T when absent.</param>
    /// <param name="frames">How many frames to go on.</param>
    /// <param name="generator">Source of randomness.</param>
    /// <param name="states">Discrete states to follow, int64 [B, frames]; drawn too when absent.</param>
    /// <returns>Latents [S, B, frames, n], states [S, B, frames].</returns>
    LatentPaths Continue(TParameters eta, ILocalPosterior posterior, Tensor? lengths, int frames, Generator generator, Tensor? states = null);
}

/// <summary>A graphical model with a discrete state z_t at each frame.</summary>
/// <typeparam name="TParameters">Natural parameters η of q(θ).</typeparam>
public interface IStateModel<TParameters> : IGraphicalModel<TParameters> where TParameters : INaturalParameters<TParameters>
{
    /// <summary>Number of discrete states K.</summary>
    int States { get; }

    /// <summary>η of q(θ) when x and z are known: the exact conjugate update η₀ + Σ t(x, z). Where training starts.</summary>
    /// <param name="latents">x, float64 [T_i, n], one for each recording.</param>
    /// <param name="states">z, one for each frame, in 0..K − 1.</param>
    /// <param name="starts">How many sequences begin in training (subsequences count): any frame may be a first frame, so the first frame's
    /// distribution is learned from all of them at that weight.</param>
    /// <exception cref="ArgumentException">Lengths differ or a state lies outside 0..K − 1.</exception>
    TParameters Posterior(IReadOnlyList<Tensor> latents, IReadOnlyList<int[]> states, int starts);

    /// <summary>
    /// Joint samples of x and z given the potentials, from the model itself rather than from its mean field: see <see cref="SldsGibbs"/>.
    /// Where frames are missing they keep several possible courses apart.
    /// </summary>
    /// <param name="expectedStatistics">E_q(θ)[t(θ)].</param>
    /// <param name="potentials">ψ, one for each frame.</param>
    /// <param name="count">Samples of each sequence.</param>
    /// <param name="generator">Source of randomness.</param>
    /// <param name="lengths">Length of each sequence, int64 [B]; all T when absent.</param>
    /// <param name="labels">Known discrete states, int64 [B, T], −1 where not known.</param>
    /// <param name="sweeps">Alternations before the paths are taken.</param>
    /// <returns>Latents [count, B, T, n], states [count, B, T].</returns>
    LatentPaths SamplePosterior(
        TParameters expectedStatistics, NodePotentials potentials, int count, Generator generator, Tensor? lengths = null, Tensor? labels = null, int sweeps = 20);

    /// <summary>The same model with some of its states only, in this order: what is left when states that nobody uses are pruned.</summary>
    /// <param name="eta">η of q(θ).</param>
    /// <param name="states">Which states to keep.</param>
    /// <returns>The smaller model, and η for it.</returns>
    /// <exception cref="ArgumentException">No state is kept, or one is not there or named twice.</exception>
    (IStateModel<TParameters> Model, TParameters Parameters) Keep(TParameters eta, IReadOnlyList<int> states);
}

/// <summary>The posterior over the latent states of a batch of sequences.</summary>
public interface ILocalPosterior
{
    /// <summary>−KL(q(x, z) ‖ exp E_q(θ) log p(x, z|θ)) of each sequence, nats, shape [B].</summary>
    Tensor NegativeKl { get; }

    /// <summary>E x_t, shape [B, T, n].</summary>
    Tensor Mean { get; }

    /// <summary>Cov x_t, shape [B, T, n, n].</summary>
    Tensor Covariance { get; }

    /// <summary>Reparameterised joint samples of x, shape [S, B, T, n].</summary>
    /// <exception cref="InvalidOperationException">Inference was given no noise.</exception>
    Tensor Samples { get; }

    /// <summary>log q(x) of given paths, shape [S, B], for x of shape [S, B, T, n].</summary>
    Tensor LogDensity(Tensor paths);
}

/// <summary>A local posterior with discrete states.</summary>
public interface IStatePosterior : ILocalPosterior
{
    /// <summary>q(z_t = k), shape [B, T, K]; 0 past a sequence's end.</summary>
    Tensor StateMarginals { get; }

    /// <summary>The most probable state path of each sequence under q(z), int64 [B, T], −1 past a sequence's end.</summary>
    Tensor MostProbableStates();

    /// <summary>What the other frames alone say of the state at this one: q(z_t = k) without its own evidence or label, shape [B, K].</summary>
    /// <param name="frame">t, from 0; the entry of a sequence that ends before is 0.</param>
    Tensor StateMarginalsWithout(long frame);

    /// <summary>What the iteration to the fixed point did.</summary>
    FixedPointReport Report { get; }
}

/// <summary>Latent paths with their discrete states, where the model has some.</summary>
/// <param name="Latents">x, float64 [..., T, n].</param>
/// <param name="States">z, int64 [..., T]; null without discrete states.</param>
public sealed record LatentPaths(Tensor Latents, Tensor? States);
