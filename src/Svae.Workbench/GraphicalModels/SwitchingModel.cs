using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.GraphicalModels;

/// <summary>
/// A graphical model over paths x and states z whose log density, averaged over q(θ), is that of a switching linear dynamical system:
/// all it has to say is how its parameters become <see cref="SldsPotentials"/>. Local inference is the structured mean field q(x) q(z) of
/// <see cref="SldsMeanField"/> (Johnson et al. 2016, section 4.2).
/// </summary>
/// <typeparam name="TParameters">Natural parameters of q(θ).</typeparam>
/// <param name="family">The conjugate family of the parameters.</param>
/// <param name="prior">Natural parameters of p(θ).</param>
/// <param name="dimension">Latent dimension n.</param>
/// <param name="states">Number of states K.</param>
/// <param name="stateWeight">β, the weight of the states' divergence.</param>
/// <param name="inner">Tolerance and gradient route of the mean field.</param>
public abstract class SwitchingModel<TParameters>(
    IExponentialFamily<TParameters> family, TParameters prior, int dimension, int states, double stateWeight, FixedPointOptions inner) : IStateModel<TParameters>
    where TParameters : INaturalParameters<TParameters>
{
    /// <inheritdoc/>
    public IExponentialFamily<TParameters> Family => family;

    /// <inheritdoc/>
    public TParameters Prior => prior;

    /// <inheritdoc/>
    public int Dimension => dimension;

    /// <inheritdoc/>
    public int States => states;

    /// <inheritdoc/>
    public abstract object Configuration { get; }

    /// <inheritdoc/>
    public abstract TParameters Posterior(IReadOnlyList<Tensor> latents, IReadOnlyList<int[]> states, int starts);

    /// <inheritdoc/>
    public abstract (IStateModel<TParameters> Model, TParameters Parameters) Keep(TParameters eta, IReadOnlyList<int> states);

    /// <summary>exp E_q(θ) log p(x, z|θ), linear in E[t(θ)].</summary>
    private protected abstract SldsPotentials Switching(TParameters expectedStatistics);

    /// <summary>Draws from the model at the mean of q(θ).</summary>
    private protected abstract AncestralSampling Sampling(TParameters eta);

    /// <inheritdoc/>
    public ILocalPosterior Infer(
        TParameters expectedStatistics, NodePotentials potentials, Tensor? lengths = null, Tensor? noise = null, Tensor? labels = null) =>
        SwitchingPosterior.Infer(Switching(expectedStatistics), potentials, lengths, noise, labels, stateWeight, inner);

    /// <inheritdoc/>
    public Tensor ExpectedLogPrior(TParameters expectedStatistics, ILocalPosterior posterior) =>
        SldsMeanField.ExpectedPotential(Switching(expectedStatistics), ((SwitchingPosterior)posterior).Field, stateWeight);

    /// <inheritdoc/>
    public LatentPaths SamplePosterior(
        TParameters expectedStatistics, NodePotentials potentials, int count, Generator generator, Tensor? lengths = null, Tensor? labels = null, int sweeps = 20)
    {
        Tensor? known = StateLabels.LogPotentials(labels, potentials.h.shape[0], potentials.h.shape[1], States);
        var (latents, drawn) = SldsGibbs.Sample(Switching(expectedStatistics), potentials.J, potentials.h, count, generator, lengths, known, sweeps);
        return new LatentPaths(latents, drawn);
    }

    /// <inheritdoc/>
    public Tensor LogDensity(TParameters expectedStatistics, Tensor paths, Tensor? lengths = null) =>
        Switching(expectedStatistics).LogDensity(paths, lengths);

    /// <inheritdoc/>
    public LatentPaths Simulate(TParameters eta, int count, int frames, Generator generator, Tensor? states = null) =>
        Sampling(eta).Simulate(count, frames, generator, states);

    /// <inheritdoc/>
    public LatentPaths Continue(TParameters eta, ILocalPosterior posterior, Tensor? lengths, int frames, Generator generator, Tensor? states = null) =>
        Sampling(eta).Continue(posterior, lengths, frames, generator, states);
}
