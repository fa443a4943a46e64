using Svae.Workbench.Data;
using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.MessagePassing;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// Linear dynamical system with linear-Gaussian emission: <c>x_1 ~ N(μ, Σ)</c>, <c>x_{t+1} = A x_t + b + N(0, Q)</c>,
/// <c>y_t = C x_t + d + N(0, R)</c>. Its local factor is the Kalman smoother at expected parameters (Beal 2003, chapter 5; for the point
/// estimate, Ghahramani and Hinton 1996).
/// </summary>
/// <param name="settings">Latent size and prior of the system.</param>
/// <param name="emission">Observation size and prior of the emission.</param>
public sealed class ConjugateLds(LdsSettings settings, LinearGaussianEmission emission) : IConjugateModel<WithEmission<LdsParameters>>
{
    /// <summary>The latent system.</summary>
    public LinearDynamicalSystem Model { get; } = new(settings);

    /// <inheritdoc/>
    public IExponentialFamily<WithEmission<LdsParameters>> Family { get; } = WithEmission<LdsParameters>.Family(LdsParameters.Family());

    /// <inheritdoc/>
    public WithEmission<LdsParameters> Prior { get; } = new(settings.Prior(), emission.Prior(settings.Dimension));

    /// <inheritdoc/>
    public LocalOptimum Expect(WithEmission<LdsParameters> expectedStatistics, Batch batch, Tensor? start = null) =>
        new(Infer(expectedStatistics, batch).Bound);

    /// <summary>q(x) of each sequence, and the bound, nats, [B]: with a point for θ it is log p(y|θ).</summary>
    public (ChainPosterior Chain, Tensor Bound) Infer(WithEmission<LdsParameters> expectedStatistics, Batch batch)
    {
        var (y, observed) = ConjugateStep.Data(batch, emission.Observed);
        var (potentials, constant) = LinearGaussianEmission.Potentials(expectedStatistics.Emission, y, observed);
        var (chain, prior) = LinearDynamicalSystem.Chain(expectedStatistics.System, potentials, batch.Lengths);
        ChainPosterior posterior = GaussianChain.Infer(chain, batch.Lengths);
        return (posterior, posterior.LogZ + prior + constant);
    }

    /// <summary>What the frames up to t say of x_t, mean [B, T, n] and covariance [B, T, n, n]: with a point for θ it is the Kalman filter.</summary>
    public ChainMoments Filter(WithEmission<LdsParameters> expectedStatistics, Batch batch)
    {
        using var mode = no_grad();
        var (y, observed) = ConjugateStep.Data(batch, emission.Observed);
        var (potentials, _) = LinearGaussianEmission.Potentials(expectedStatistics.Emission, y, observed);
        return Model.Filter(expectedStatistics.System, potentials, batch.Lengths);
    }

    /// <summary>η of q(θ) when x is known: the exact conjugate update. From the prior alone a fit cannot start, since E C = 0 hides x from y.</summary>
    /// <param name="latents">x, float64 [T_i, n]: for instance whitened principal components of the observations.</param>
    /// <param name="observations">y, [T_i, D].</param>
    public WithEmission<LdsParameters> Posterior(IReadOnlyList<Tensor> latents, IReadOnlyList<Tensor> observations)
    {
        using var mode = no_grad();
        return new(Model.Posterior(latents, latents.Count), Prior.Emission.Plus(LinearGaussianEmission.Statistics(latents, observations)));
    }

    /// <summary>
    /// η of q(θ) from probabilistic principal components (Tipping and Bishop 1999): <c>x_t | y_t</c> is normal with variances σ²/λ_i, with λ_i
    /// the variance of a component and σ² the mean of those left out, and [C d], R are updated with its moments, the dynamics with its
    /// means. Were the components themselves taken for x, the plane that they span would begin without noise, and EM leaves such a
    /// start only after hundreds of iterations.
    /// </summary>
    /// <param name="components">Whitened components of the observations, as many as there are latents and fewer than outputs.</param>
    /// <param name="observations">y, [T_i, D].</param>
    /// <exception cref="ArgumentException">The components are not whitened, or none is left out.</exception>
    public WithEmission<LdsParameters> PrincipalStart(PrincipalComponents components, IReadOnlyList<Tensor> observations)
    {
        int left = emission.Observed - settings.Dimension;
        if (!components.Whiten || left < 1)
            throw new ArgumentException($"components: expected whitened ones, fewer than the {emission.Observed} outputs, got {settings.Dimension}; known latents start by {nameof(Posterior)}");
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor open = (components.TotalVariance - components.ExplainedVariance.sum()) / left / components.ExplainedVariance; // σ²/λ
        WithEmission<LdsParameters> eta = Posterior([.. observations.Select(y => components.Transform(y) * (1 - open).sqrt())], observations);
        Tensor variances = cat([open, zeros(1, ScalarType.Float64)]) * observations.Sum(y => y.shape[0]); // of [x 1], over all frames
        return (eta with { Emission = eta.Emission with { KInverse = eta.Emission.KInverse + diag(variances) } }).Survive();
    }

    /// <summary>t(θ) of a system whose parameters are known: with it in the place of E[t(θ)] the bound is log p(y).</summary>
    public static WithEmission<LdsParameters> Known(LinearGaussianProcess process)
    {
        using var mode = no_grad();
        var (m, P, A, Q, C, d, noise) = process;
        Tensor none = zeros(m.shape[0], 1, ScalarType.Float64), variance = noise * noise * eye(d.shape[0], dtype: ScalarType.Float64);
        return new(new(new NormalInverseWishart().Statistics(new(m, P)), new MatrixNormalInverseWishart().Statistics(new(cat([A, none], 1), Q))),
            new MatrixNormalInverseWishart().Statistics(new(cat([C, d.unsqueeze(1)], 1), variance)));
    }

    /// <inheritdoc/>
    public WithEmission<LdsParameters> StatisticsAtMode(WithEmission<LdsParameters> eta) =>
        new(new(PosteriorMode.Of(eta.System.InitialState), PosteriorMode.Of(eta.System.Dynamics)), PosteriorMode.Of(eta.Emission));

    /// <summary>The frames after the last one of each sequence, C x + d of the mean path at the mean parameters, float64 [B, steps, D].</summary>
    /// <param name="eta">η of q(θ).</param>
    /// <param name="batch">The past.</param>
    /// <param name="steps">How many frames to go on.</param>
    public Tensor Predict(WithEmission<LdsParameters> eta, Batch batch, int steps)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor x = ChainStatistics.Last(Infer(Family.ExpectedStatistics(eta), batch).Chain.Mean, batch.Lengths);
        Tensor dynamics = MatrixNormalInverseWishart.ToStandard(eta.System.Dynamics).M, map = MatrixNormalInverseWishart.ToStandard(eta.Emission).M;
        return AffineMap.Apply(map, AffineMap.Iterate(dynamics, x, steps)).MoveToOuterDisposeScope();
    }

    /// <summary>E y_t of every frame, missing ones too, at the mean parameters, float64 [B, T, D].</summary>
    public Tensor Reconstruct(WithEmission<LdsParameters> eta, Batch batch)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor x = Infer(Family.ExpectedStatistics(eta), batch).Chain.Mean;
        return AffineMap.Apply(MatrixNormalInverseWishart.ToStandard(eta.Emission).M, x).MoveToOuterDisposeScope();
    }
}
