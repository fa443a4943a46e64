using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// Autoregressive hidden Markov model of one lag, <c>y_{t+1} | y_t, z_{t+1} = k ~ N(A_k y_t + b_k, Q_k)</c>, <c>y_1 | z_1 = k ~ N(μ_k, Σ_k)</c>:
/// a switching linear dynamical system whose latents are observed. <see cref="AutoregressiveHmm"/> is its relative for segmentation: several
/// lags, tempered likelihood, a search for good states, and the first frames given.
/// </summary>
/// <param name="settings">Sizes and prior; the dimension is that of the observations.</param>
public sealed class ConjugateArHmm(SldsSettings settings) : IConjugateModel<SldsParameters>
{
    /// <summary>The same model as a prior on latents: it simulates, and makes η of labelled frames.</summary>
    public SwitchingLinearDynamicalSystem Model { get; } = new(settings);

    /// <inheritdoc/>
    public IExponentialFamily<SldsParameters> Family => Model.Family;

    /// <inheritdoc/>
    public SldsParameters Prior => Model.Prior;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A frame is missing: what stands between two observed frames is then no longer conjugate.</exception>
    public LocalOptimum Expect(SldsParameters expectedStatistics, Batch batch, Tensor? start = null) =>
        new(Infer(expectedStatistics, batch).LogZ);

    /// <summary>q(z): marginals, log-partition function, expected transition counts.</summary>
    public HmmPosterior Infer(SldsParameters expectedStatistics, Batch batch) =>
        ForwardBackward.Infer(Potentials(expectedStatistics, batch), batch.Lengths);

    /// <summary>The most probable state path of each sequence, int64 [B, T], −1 past a sequence's end.</summary>
    public Tensor MostProbableStates(SldsParameters expectedStatistics, Batch batch) =>
        ForwardBackward.MostProbablePath(Potentials(expectedStatistics, batch), batch.Lengths);

    /// <inheritdoc/>
    public SldsParameters StatisticsAtMode(SldsParameters eta) => ConjugateSlds.SystemAtMode(eta);

    private HmmPotentials Potentials(SldsParameters expectedStatistics, Batch batch)
    {
        var (y, observed) = ConjugateStep.Data(batch, settings.Dimension);
        if (observed.sum().item<double>() < batch.Frames)
            throw new ArgumentException("observations: an AR-HMM cannot leave frames out; cut the recordings where frames are missing, or take an SLDS");
        Tensor exact = zeros([y.shape[0], y.shape[1], y.shape[2], y.shape[2]], y.dtype, y.device);
        Tensor evidence = SwitchingLinearDynamicalSystem.Potentials(expectedStatistics).AverageOverPaths(y, exact, exact.narrow(1, 1, y.shape[1] - 1));
        return new HmmPotentials(expectedStatistics.Initial.Eta, expectedStatistics.Transition.Eta, ConjugateStep.Labelled(evidence, batch));
    }
}
