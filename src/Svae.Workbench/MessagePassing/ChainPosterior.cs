using static TorchSharp.torch;

namespace Svae.Workbench.MessagePassing;

/// <summary>
/// The normalised Gaussian chain: its log normaliser, first two moments and joint samples. Entries past a sequence's length are zero.
/// </summary>
/// <param name="LogZ">Log of the integral of the potentials over R^{nT}, with its (nT/2) log 2π, shape [B].</param>
/// <param name="Mean">E x_t, shape [B, T, n].</param>
/// <param name="Covariance">Cov(x_t), shape [B, T, n, n].</param>
/// <param name="CrossCovariance">Cov(x_t, x_{t+1}), row t, column t+1, shape [B, T−1, n, n].</param>
/// <param name="Samples">Reparameterised joint samples, shape [S, B, T, n], or null when no noise was given.</param>
public sealed record ChainPosterior(Tensor LogZ, Tensor Mean, Tensor Covariance, Tensor CrossCovariance, Tensor? Samples)
{
    internal static ChainPosterior From(IReadOnlyList<Tensor> outputs) =>
        new(outputs[0], outputs[1], outputs[2], outputs[3], outputs.Count > 4 ? outputs[4] : null);
}
