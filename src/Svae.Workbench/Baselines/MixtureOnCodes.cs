using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// A Gaussian mixture fitted to the codes of a trained plain VAE: structure found after learning, where a GMM-SVAE finds it while learning.
/// The codes are the means of q(x); the whole is scored as the VAE whose prior N(0, I) the mixture replaces.
/// </summary>
/// <param name="Vae">The plain VAE.</param>
/// <param name="Mixture">The mixture of the codes.</param>
/// <param name="Fit">Its q(θ), and how it was found.</param>
public sealed record MixtureOnCodes(StructuredVae<NoParameters> Vae, ConjugateMixture Mixture, ConjugateFit<MixtureParameters> Fit)
{
    /// <summary>Encodes the points, clusters the codes by k-means, and fits the mixture from there by variational Bayes.</summary>
    /// <param name="vae">The trained VAE.</param>
    /// <param name="points">y, float32 [N, D].</param>
    /// <param name="settings">Of the mixture; its dimension is the VAE's.</param>
    /// <param name="seed">Of k-means.</param>
    /// <param name="iterations">Length of the fit.</param>
    /// <param name="progress">Told after each iteration.</param>
    /// <param name="cancel">Stops between iterations.</param>
    public static MixtureOnCodes Find(
        StructuredVae<NoParameters> vae, Tensor points, MixtureSettings settings, int seed = 0, VariationalEmSettings? iterations = null,
        IProgress<WorkProgress>? progress = null, CancellationToken cancel = default)
    {
        using var scope = NewDisposeScope();
        Tensor codes = Encode(vae, points);
        var mixture = new ConjugateMixture(settings);
        using var clusters = KMeans.Fit(codes, settings.Components, seed);
        MixtureParameters start = mixture.Model.Posterior([codes], [[.. clusters.Labels.data<long>().Select(z => (int)z)]], 1);
        var data = new Minibatches([codes], (int)codes.shape[0], 1, seed);
        return new MixtureOnCodes(vae, mixture, VariationalEm.Fit(mixture, data, iterations, start, progress, cancel));
    }

    /// <summary>The most probable component of each point, int64 [N].</summary>
    public Tensor Assign(Tensor points)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor codes = Encode(Vae, points);
        return Mixture.Responsibilities(Fit.Statistics, Batch.Whole(codes.unsqueeze(1))).squeeze(1).argmax(1).MoveToOuterDisposeScope();
    }

    /// <summary>The ELBO of each point with the mixture as prior, E_q[log p(y|x) + log p(x) − log q(x)], nats, float64 [N].</summary>
    /// <param name="points">y, float32 [N, D].</param>
    /// <param name="generator">Source of the samples.</param>
    /// <param name="samples">Samples of x for each point.</param>
    public Tensor Elbo(Tensor points, Generator generator, int samples = 10)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        return LogWeights(points, generator, samples).mean([0L]).MoveToOuterDisposeScope();
    }

    /// <summary>log p(y) of each point by importance sampling from q(x), nats, float64 [N]; below the truth on average.</summary>
    /// <param name="points">y, float32 [N, D].</param>
    /// <param name="generator">Source of the samples.</param>
    /// <param name="samples">Samples of x for each point.</param>
    public Tensor LogDensity(Tensor points, Generator generator, int samples = 100)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        return (LogWeights(points, generator, samples).logsumexp(0) - Math.Log(samples)).MoveToOuterDisposeScope();
    }

    /// <summary>log p(y|x) + log p(x) − log q(x) of samples of q(x), [S, N].</summary>
    private Tensor LogWeights(Tensor points, Generator generator, int samples)
    {
        Batch batch = Batch.Whole(points.unsqueeze(1));
        ILocalPosterior posterior = Vae.Infer(batch, generator, samples);
        Tensor x = posterior.Samples; // [S, N, 1, n]
        Tensor prior = Mixture.Model.LogDensity(Fit.Statistics, x.flatten(0, 1)).reshape(samples, -1);
        Tensor likelihood = Vae.Likelihood.LogLikelihood(batch.Observations, x).to(ScalarType.Float64).squeeze(2);
        return likelihood + prior - posterior.LogDensity(x);
    }

    private static Tensor Encode(StructuredVae<NoParameters> vae, Tensor points)
    {
        Guard.Shape(points, "points", ("point", -1), ("observed", -1));
        return vae.Infer(Batch.Whole(points.unsqueeze(1))).Mean.squeeze(1);
    }
}
