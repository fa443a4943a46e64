using Svae.Workbench.ExponentialFamilies;
using Svae.Workbench.GraphicalModels;
using Svae.Workbench.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench;

/// <summary>How good the model is on data.</summary>
public sealed partial class StructuredVae<TParameters>
{
    /// <summary>
    /// The local part of the ELBO, E_q log p(y|x) − KL(q(x, z) ‖ exp E_q(θ) log p(x, z|θ)), of each sequence, nats, shape [B]; the
    /// divergence of q(θ) is left out, so that it can be compared on data of any size.
    /// </summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="generator">Source of the noise.</param>
    /// <param name="samples">Joint samples of x for each sequence.</param>
    public Tensor LocalElbo(Batch batch, Generator generator, int samples = 1)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        ILocalPosterior posterior = Infer(batch, generator, samples);
        Tensor frames = Likelihood.LogLikelihood(batch.Observations, posterior.Samples);
        Tensor likelihood = (frames * batch.Observed).to(ScalarType.Float64).sum([0, 2]) / samples;
        return (likelihood + posterior.NegativeKl).MoveToOuterDisposeScope();
    }

    /// <summary>The local ELBO of whole recordings, nats per frame.</summary>
    /// <param name="data">The recordings.</param>
    /// <param name="seed">Seed of the noise, so that two evaluations of one model agree.</param>
    /// <param name="samples">Joint samples of x for each recording.</param>
    public double LocalElbo(Minibatches data, int seed, int samples = 1)
    {
        using var generator = new Generator((ulong)seed);
        return data.Whole(frames: 20_000).Sum(batch => LocalElbo(batch, generator, samples).sum().item<double>()) / data.Frames;
    }

    /// <summary>The whole ELBO, KL(q(θ) ‖ p(θ)) included, nats.</summary>
    /// <param name="data">The recordings that θ was learned from.</param>
    /// <param name="seed">Seed of the noise.</param>
    /// <param name="samples">Joint samples of x for each recording.</param>
    public double Elbo(Minibatches data, int seed, int samples = 1)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        double global = ExponentialFamily.Kl(Model.Family, Parameters, Model.Prior).sum().item<double>() + (DecoderWeights?.Kl() ?? 0);
        return LocalElbo(data, seed, samples) * data.Frames - global;
    }
}
