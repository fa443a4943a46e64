using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Networks;

/// <summary>An observation model p(y|x; γ): a decoder network with its likelihood. Any module that implements this can stand in a structured VAE.</summary>
public interface ILikelihood
{
    /// <summary>log p(y_t | x_t) of every frame.</summary>
    /// <param name="y">Observations, float32 [B, T, D].</param>
    /// <param name="x">Latent samples, [S, B, T, n].</param>
    /// <returns>Nats, shape [S, B, T].</returns>
    Tensor LogLikelihood(Tensor y, Tensor x);

    /// <summary>log p(y_t | x_t) of every output on its own; it sums to <see cref="LogLikelihood"/>.</summary>
    /// <param name="y">Observations, float32 [B, T, D].</param>
    /// <param name="x">Latent samples, [S, B, T, n].</param>
    /// <returns>Nats, shape [S, B, T, D].</returns>
    Tensor PixelLogLikelihood(Tensor y, Tensor x);

    /// <summary>E[y | x], float32 [..., D], for latents [..., n].</summary>
    Tensor Mean(Tensor x);

    /// <summary>Draws of y given x, float32 [..., D], for latents [..., n]; not differentiable.</summary>
    /// <param name="x">Latents, [..., n].</param>
    /// <param name="generator">Source of randomness.</param>
    Tensor Sample(Tensor x, Generator generator);
}
