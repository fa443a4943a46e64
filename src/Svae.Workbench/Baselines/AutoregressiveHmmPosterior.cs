using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>What an <see cref="AutoregressiveHmm"/> says about some sequences.</summary>
/// <param name="LogLikelihood">log Σ_z p(z) Π_t p(x_t | x_{t−1}, …, z_t)^ζ of each sequence, nats; its first L frames are given.</param>
/// <param name="Marginals">p(z_t = k), one tensor [T_b, K] a sequence, float64.</param>
/// <param name="Labels">Most probable state path of each sequence.</param>
public sealed record AutoregressiveHmmPosterior(
    IReadOnlyList<double> LogLikelihood, IReadOnlyList<Tensor> Marginals, IReadOnlyList<int[]> Labels) : IDisposable
{
    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor marginals in Marginals) marginals.Dispose();
    }
}
