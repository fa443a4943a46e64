using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Data;

/// <summary>
/// A Markov process in the latent space seen through a fixed map with white noise: <c>x_1 ~ p(x_1)</c>,
/// <c>x_{t+1} ~ p(x_{t+1} | x_t)</c>, <c>y_t = g(x_t) + σ ε</c>.
/// </summary>
/// <param name="Start">Draws first states, [count, n], float64.</param>
/// <param name="Move">Draws the next state of each, [count, n] to [count, n].</param>
/// <param name="Emit">g, [..., n] to [..., D].</param>
/// <param name="Noise">σ.</param>
internal sealed record NonlinearStateSpace(
    Func<int, Generator, Tensor> Start, Func<Tensor, Generator, Tensor> Move, Func<Tensor, Tensor> Emit, double Noise)
{
    /// <summary>Latent paths, [N, T, n].</summary>
    public Tensor Sample(int sequences, int frames, Generator generator)
    {
        var path = new Tensor[frames];
        path[0] = Start(sequences, generator);
        for (int t = 1; t < frames; t++) path[t] = Move(path[t - 1], generator);
        return stack(path, 1);
    }

    /// <summary>
    /// log p(y) of each sequence by the bootstrap particle filter (Gordon, Salmond and Smith 1993) with systematic resampling.
    /// p(y) is estimated without bias; its logarithm falls short by half the estimate's variance.
    /// </summary>
    /// <param name="y">Observations, [N, T, D].</param>
    /// <param name="particles">Particles for each sequence.</param>
    /// <param name="generator">Source of the particles.</param>
    /// <returns>Nats, float64 [N].</returns>
    public Tensor LogLikelihood(Tensor y, int particles, Generator generator)
    {
        using var scope = NewDisposeScope();
        var (N, T, D) = ((int)y.shape[0], (int)y.shape[1], y.shape[2]);
        Tensor[] frames = y.to(ScalarType.Float64).unbind(1);
        Tensor x = Start(N * particles, generator), log = zeros(N, ScalarType.Float64);
        double constant = Math.Log(particles) + 0.5 * D * Math.Log(2 * Math.PI * Noise * Noise);
        for (int t = 0; t < T; t++)
        {
            using var inner = NewDisposeScope();
            Tensor seen = Emit(x).reshape(N, particles, D) - frames[t].unsqueeze(1);
            Tensor weight = seen.square().sum(-1) * (-0.5 / (Noise * Noise)), total = weight.logsumexp(1, keepdim: true);
            log = (log + total.squeeze(1) - constant).MoveToOuterDisposeScope();
            Tensor chosen = Systematic((weight - total).exp(), generator) + particles * arange(N, dtype: ScalarType.Int64).unsqueeze(1);
            x = Move(x.index_select(0, chosen.flatten()), generator).MoveToOuterDisposeScope();
        }
        return log.MoveToOuterDisposeScope();
    }

    /// <summary>Indices drawn with weights [N, M] at the M evenly spaced places <c>(i + u)/M</c> of their cumulative sum.</summary>
    private static Tensor Systematic(Tensor weights, Generator generator)
    {
        var (N, M) = (weights.shape[0], weights.shape[1]);
        Tensor places = (arange(M, dtype: ScalarType.Float64) + rand([N, 1], ScalarType.Float64, generator: generator)) / M;
        return searchsorted(weights.cumsum(1), places.contiguous(), out_int32: false, right: false).clamp(0, M - 1);
    }
}
