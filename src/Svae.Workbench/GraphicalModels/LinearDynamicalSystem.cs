using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>
/// Linear dynamical system with affine dynamics: <c>x_1 ~ N(μ, Σ)</c>, <c>x_{t+1} | x_t ~ N(A x_t + b, Q)</c>. Local inference is exact:
/// q(x) is the Gaussian chain of <see cref="GaussianChain"/> (Johnson et al. 2016, section 4.1).
/// </summary>
/// <param name="settings">Sizes and prior.</param>
public sealed class LinearDynamicalSystem(LdsSettings settings) : IGraphicalModel<LdsParameters>
{
    /// <summary>Sizes and prior.</summary>
    public LdsSettings Settings => settings;

    /// <inheritdoc/>
    public IExponentialFamily<LdsParameters> Family { get; } = LdsParameters.Family();

    /// <inheritdoc/>
    public LdsParameters Prior { get; } = settings.Prior();

    /// <inheritdoc/>
    public int Dimension => settings.Dimension;

    /// <inheritdoc/>
    public object Configuration => settings;

    /// <inheritdoc/>
    public ILocalPosterior Infer(
        LdsParameters expectedStatistics, NodePotentials potentials, Tensor? lengths = null, Tensor? noise = null, Tensor? labels = null)
    {
        RequireNone(labels, "labels");
        potentials = potentials.WithoutPadding(lengths);
        var (chain, constant) = Chain(expectedStatistics, potentials, lengths);
        ChainPosterior posterior = GaussianChain.Infer(chain, lengths, noise);
        Tensor node = NodeMoments.Expected(potentials.J, potentials.h, posterior.Mean, posterior.Covariance).sum(1);
        return new LdsPosterior(posterior, posterior.LogZ + constant - node, lengths);
    }

    /// <summary>
    /// The chain that q(x) is: exp E_q(θ) log p(x|θ) times the potentials, and the constant of each sequence that the chain leaves out,
    /// shape [B].
    /// </summary>
    public static (ChainPotentials Chain, Tensor Constant) Chain(LdsParameters expectedStatistics, NodePotentials potentials, Tensor? lengths = null)
    {
        NormalPotentials start = NormalPotentials.Of(expectedStatistics.InitialState);
        TransitionPotentials pair = TransitionPotentials.Of(expectedStatistics.Dynamics);
        var (batch, frames) = (potentials.h.shape[0], potentials.h.shape[1]);
        Tensor mask = SequenceMask.Of(lengths, batch, frames, potentials.h.device), none = zeros_like(mask.narrow(1, 0, 1));
        Tensor hasNext = cat([mask.narrow(1, 1, frames - 1), none], 1), hasPrevious = cat([none, mask.narrow(1, 1, frames - 1)], 1);
        Tensor linear = potentials.h + hasNext * pair.g1 + hasPrevious * pair.g2;
        Tensor constant = start.c + hasNext.sum([1, 2]) * pair.c;
        return (new ChainPotentials(start.J, start.h, pair.J11, pair.J12, pair.J22, potentials.J, linear), constant);
    }

    /// <summary>Filtered moments in one pass: p(x_t | y_1..t).</summary>
    public ChainMoments Filter(LdsParameters expectedStatistics, NodePotentials potentials, Tensor? lengths = null)
    {
        var (chain, linear) = FilterChain(expectedStatistics, potentials);
        return GaussianChain.Filter(chain, linear, lengths);
    }

    /// <summary>
    /// Predictions from every frame: mean [steps, B, T, n] and covariance [steps, B, T, n, n] of p(x_{t+k} | y_1..t), k = 1..steps, also
    /// beyond the sequence's end.
    /// </summary>
    /// <inheritdoc cref="GaussianChain.Predict" path="/exception"/>
    public ChainMoments Predict(LdsParameters expectedStatistics, NodePotentials potentials, int steps, Tensor? lengths = null)
    {
        var (chain, linear) = FilterChain(expectedStatistics, potentials);
        return GaussianChain.Predict(chain, steps, linear, lengths);
    }

    private static (ChainPotentials, PairLinearTerms) FilterChain(LdsParameters expectedStatistics, NodePotentials potentials)
    {
        NormalPotentials start = NormalPotentials.Of(expectedStatistics.InitialState);
        TransitionPotentials pair = TransitionPotentials.Of(expectedStatistics.Dynamics);
        return (new ChainPotentials(start.J, start.h, pair.J11, pair.J12, pair.J22, potentials.J, potentials.h), new PairLinearTerms(pair.g1, pair.g2));
    }

    /// <inheritdoc/>
    public Tensor ExpectedLogPrior(LdsParameters expectedStatistics, ILocalPosterior posterior)
    {
        var (chain, _, lengths) = (LdsPosterior)posterior;
        return ChainStatistics.Of(chain.Mean.detach(), chain.Covariance.detach(), chain.CrossCovariance.detach(), lengths)
            .ExpectedLogDensity(expectedStatistics);
    }

    /// <summary>η of q(θ) when x is known: the exact conjugate update η₀ + Σ t(x). Where training can start.</summary>
    /// <param name="latents">x, float64 [T_i, n], one for each recording.</param>
    /// <param name="starts">How many sequences begin in training; the first frame's distribution is learned from all frames at that weight.</param>
    public LdsParameters Posterior(IReadOnlyList<Tensor> latents, int starts)
    {
        var single = new SwitchingLinearDynamicalSystem(settings.AsSingleState());
        return LdsParameters.OfState(single.Posterior(latents, [.. latents.Select(x => new int[x.shape[0]])], starts), 0);
    }

    /// <inheritdoc/>
    public Tensor LogDensity(LdsParameters expectedStatistics, Tensor paths, Tensor? lengths = null) =>
        ChainStatistics.Of(paths, null, null, lengths).ExpectedLogDensity(expectedStatistics);

    /// <inheritdoc/>
    public LatentPaths Simulate(LdsParameters eta, int count, int frames, Generator generator, Tensor? states = null) =>
        AncestralSampling.Of(eta).Simulate(count, frames, generator, RequireNone(states, "states")) with { States = null };

    /// <inheritdoc/>
    public LatentPaths Continue(LdsParameters eta, ILocalPosterior posterior, Tensor? lengths, int frames, Generator generator, Tensor? states = null) =>
        AncestralSampling.Of(eta).Continue(posterior, lengths, frames, generator, RequireNone(states, "states")) with { States = null };

    private static Tensor? RequireNone(Tensor? states, string symbol) =>
        states is null ? null : throw new ArgumentException($"{symbol}: a linear dynamical system has no discrete states");
}

/// <summary>The local posterior of an LDS.</summary>
/// <param name="Chain">q(x): the Gaussian chain with its moments and samples.</param>
/// <param name="NegativeKl">−KL(q(x) ‖ exp E_q(θ) log p(x|θ)) of each sequence, shape [B].</param>
/// <param name="Lengths">Length of each sequence, int64 [B]; null when all have T.</param>
public sealed record LdsPosterior(ChainPosterior Chain, Tensor NegativeKl, Tensor? Lengths) : ILocalPosterior
{
    /// <inheritdoc/>
    public Tensor Mean => Chain.Mean;

    /// <inheritdoc/>
    public Tensor Covariance => Chain.Covariance;

    /// <inheritdoc/>
    public Tensor Samples => Chain.Samples ?? throw NoSamples();

    /// <inheritdoc/>
    public Tensor LogDensity(Tensor paths) => GaussianPaths.LogDensity(Mean, Covariance, Chain.CrossCovariance, Lengths, paths);

    internal static InvalidOperationException NoSamples() => new("Samples: inference was given no noise; pass noise [S, B, T, n].");
}
