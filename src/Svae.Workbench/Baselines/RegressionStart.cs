using Svae.Workbench.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// Networks that begin as linear regressions. For recognition: where latents are known, or can be simulated together with what is observed of
/// them, least squares gives <c>x | y ≈ N(x̂(y), S)</c>; the potential is that without the share of the prior N(x̄, P), which message
/// passing brings: <c>J = S⁻¹ − P⁻¹</c> and <c>J m(y) = S⁻¹x̂(y) − P⁻¹x̄</c>. For a linear-Gaussian likelihood N(C x + d, R) these are the
/// exact potentials, <c>J = CᵀR⁻¹C</c> and <c>J m(y) = CᵀR⁻¹(y − d)</c>.
/// </summary>
public static class RegressionStart
{
    /// <summary>No direction starts with less than this share of its variance shown by a frame: its potential would have a mean out of all bounds.</summary>
    internal const double LeastShare = 0.01;

    /// <summary>Nor with less than this share left open.</summary>
    private const double LeastOpen = 1e-5;

    /// <summary>No residual variance starts below this, observation units squared.</summary>
    internal const double LeastVariance = 1e-4;

    /// <summary>Sets the linear part of the network's means and its precisions.</summary>
    /// <param name="recognition">A network with dense precisions.</param>
    /// <param name="latents">x, shape [..., n].</param>
    /// <param name="observations">y as the network reads it, shape [..., D].</param>
    /// <exception cref="ArgumentException">Latents and observations differ in number, or a size or precision does not suit the network.</exception>
    public static void StartFrom(this GaussianRecognition recognition, Tensor latents, Tensor observations)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Tensor x = latents.to(ScalarType.Float64).flatten(0, -2), y = observations.to(ScalarType.Float64).flatten(0, -2);
        Guard.Shape(y, "observations", ("frames", x.shape[0]), ("observed", -1));
        Tensor centre = x.mean([0L]), mean = y.mean([0L]);
        (x, y) = (x - centre, y - mean);

        // In coordinates in which the prior is N(0, I) the regression leaves I − V diag(r) Vᵀ open: r are the shares that a frame shows.
        Tensor scale = linalg.cholesky(matmul(x.t(), x) / x.shape[0]), map = LeastSquares.Map(y, x).t(), left = x - matmul(y, map.t());
        Tensor white = linalg.solve_triangular(scale, eye(scale.shape[0], dtype: ScalarType.Float64), upper: false);
        var (open, axes) = linalg.eigh(matmul(matmul(white, matmul(left.t(), left) / x.shape[0]), white.t()));
        Tensor share = (1 - open).clamp(LeastShare, 1 - LeastOpen), onto = matmul(axes.t(), white);
        Tensor encode = matmul(matmul(scale, axes) / share, matmul(onto, map));
        recognition.SetLinear(encode.to(ScalarType.Float32), (centre - matmul(encode, mean)).to(ScalarType.Float32));
        recognition.SetPrecision(matmul(onto.t() * (share / (1 - share)), onto));
    }

    /// <summary>Sets the linear part of the decoder's mean to the regression of y on x, and the variances to what it leaves over.</summary>
    /// <param name="decoder">Takes its linear part and its variances, one for each output.</param>
    /// <param name="latents">x, float64 [N, n].</param>
    /// <param name="centred">y − ȳ, float64 [N, D].</param>
    /// <param name="mean">ȳ, shape [D].</param>
    internal static void StartFrom(this GaussianDecoder decoder, Tensor latents, Tensor centred, Tensor mean)
    {
        Tensor map = LeastSquares.Map(latents, centred), left = (centred - matmul(latents, map)).square().mean([0L]);
        decoder.SetLinear(map.t().to(ScalarType.Float32), mean.to(ScalarType.Float32), left.clamp_min(LeastVariance).to(ScalarType.Float32));
    }
}
