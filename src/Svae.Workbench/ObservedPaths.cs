using Svae.Workbench.GraphicalModels;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench;

/// <summary>Joint draws of latent paths with what they look like: a forecast, an imputation, or samples of the model.</summary>
/// <param name="Latent">x [S, B, T, n] with states [S, B, T] where the model has some.</param>
/// <param name="Expected">E[y_t | x_t] along each path, float32 [S, B, T, D].</param>
/// <param name="Draws">The same with observation noise, float32 [S, B, T, D].</param>
public sealed record ObservedPaths(LatentPaths Latent, Tensor Expected, Tensor Draws)
{
    /// <summary>The mean over paths, float32 [B, T, D].</summary>
    public Tensor Mean() => Expected.mean([0L]);

    /// <summary>Standard deviation of the draws, float32 [B, T, D].</summary>
    public Tensor StandardDeviation() => Draws.std(0, unbiased: false);

    /// <summary>A quantile of the draws, float32 [B, T, D].</summary>
    /// <param name="q">Between 0 and 1.</param>
    public Tensor Quantile(double q) => quantile(Draws, tensor((float)q, device: Draws.device), 0);
}
