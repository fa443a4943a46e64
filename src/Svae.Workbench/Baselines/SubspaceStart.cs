using Svae.Workbench.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// Networks that begin with what a window of frames shows: by subspace identification (Van Overschee and De Moor 1996), here with the
/// principal components of windows as the states. A direction of motion is in no single frame, so that principal components of frames
/// leave no latent to it; in windows it is there, and the dynamics of these latents are linear to begin with.
/// </summary>
public static class SubspaceStart
{
    /// <summary>No latent starts with less than this share of its variance left open by its frame.</summary>
    private const double LeastOpen = 1e-4;

    /// <summary>
    /// Latents <c>x_t</c>, the whitened components of the windows <c>y_{t−w..t+w}</c>, and networks that start as least squares:
    /// <c>μ(x) = C x + d</c> with σ² what x leaves over of y, and potentials that are, together with a prior N(0, 1), the regression of x on
    /// the frame: if the frame shows the share R² of a latent, its precision is R² / (1 − R²).
    /// </summary>
    /// <param name="recognition">Takes the linear part of its mean, and its precisions.</param>
    /// <param name="decoder">Takes its linear part and its variances, one for each output.</param>
    /// <param name="videos">The training observations, float32 [T_i, D].</param>
    /// <param name="latents">n, at most the size of a window.</param>
    /// <param name="reach">w ≥ 1, frames on each side: a window of 2w + 1 frames best spans a period of the slowest motion.</param>
    /// <returns>x, float64 [T_i − 2w, n], from frame w on: what q(θ) can start from.</returns>
    /// <exception cref="ArgumentException">A video is not longer than a window, or a size is out of range.</exception>
    public static IReadOnlyList<Tensor> StartNetworks(
        GaussianRecognition recognition, GaussianDecoder decoder, IReadOnlyList<Tensor> videos, int latents, int reach)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(reach, 1);
        int length = 2 * reach + 1;
        for (int i = 0; i < videos.Count; i++)
            if (videos[i].shape[0] <= length)
                throw new ArgumentException($"videos[{i}]: has {videos[i].shape[0]} frames, not more than a window of 2·{reach} + 1; shorten the reach");

        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor[] windows = [.. videos.Select(y => y.unfold(0, length, 1).flatten(1))];
        PrincipalComponents components = PrincipalComponents.Fit(cat(windows), latents, whiten: true);
        Tensor[] paths = [.. windows.Select(components.Transform)];
        Tensor x = cat(paths), y = cat([.. videos.Select(video => video.narrow(0, reach, video.shape[0] - 2 * reach))]).to(ScalarType.Float64);
        Tensor mean = y.mean([0L]), centred = y - mean;

        Tensor seen = LeastSquares.Map(centred, x), share = (1 - (x - matmul(centred, seen)).square().mean([0L])).clamp(RegressionStart.LeastShare, 1 - LeastOpen);
        Tensor encode = (seen / share).t();                              // m(y), where share · m(y) is the regression
        recognition.SetLinear(Single(encode), Single(-matmul(encode, mean)));
        recognition.SetPrecision(share / (1 - share));

        decoder.StartFrom(x, centred, mean);
        return [.. paths.Select(path => path.MoveToOuterDisposeScope())];
    }

    private static Tensor Single(Tensor value) => value.to(ScalarType.Float32);
}
