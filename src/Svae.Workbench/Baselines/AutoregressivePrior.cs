using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Baselines;

/// <summary>
/// Matrix-normal-inverse-Wishart prior on the dynamics of one state, held as what it is worth: <c>count</c> pseudo-frames whose second
/// moments are those of a random walk with the noise of the data's first differences. Its log density is then the log-likelihood of
/// the pseudo-frames (up to a constant), and adding it to data is adding moments.
/// </summary>
/// <param name="Moments">Second moments of the pseudo-frames [d, d].</param>
/// <param name="Count">Their number.</param>
internal sealed record AutoregressivePrior(Tensor Moments, double Count)
{
    /// <summary>Variance, in the units of the standardised data, below which noise is not taken seriously.</summary>
    private const double LeastNoise = 1e-6;

    /// <summary>The pseudo-frames have regressors with the variances of the data, uncorrelated.</summary>
    public static AutoregressivePrior Of(AutoregressiveFeatures features, double count)
    {
        using var scope = NewDisposeScope();
        long n = features.Width, d = features.Size, frames = Math.Max(1, features.Count);
        Tensor differences = features.Rows.narrow(1, 0, n) - features.Rows.narrow(1, n, n);
        Tensor noise = differences.square().sum(dim: 0) / frames + LeastNoise;
        Tensor scale = features.Rows.narrow(1, n, d - n).square().sum(dim: 0) / frames + LeastNoise;
        Tensor walk = zeros([n, d - n], ScalarType.Float64, features.Device);
        walk.narrow(1, 0, n).copy_(eye(n, dtype: ScalarType.Float64));
        Tensor zz = diag(scale), xz = walk.matmul(zz), xx = diag(noise) + xz.matmul(walk.t());
        Tensor moments = cat([cat([xx, xz], 1), cat([xz.t(), zz], 1)], 0) * count;
        return new AutoregressivePrior(moments.MoveToOuterDisposeScope(), count);
    }

    /// <summary>The most probable dynamics of each state, for packed moments [K, m] and counts [K].</summary>
    public LinearRegimes MostProbable(AutoregressiveFeatures features, Tensor packedMoments, Tensor counts) =>
        LinearRegimes.MostProbable(features.Unpack(packedMoments) + Moments, counts + Count, features.Width);

    /// <summary>Sum over states of the log density of their dynamics, up to a constant.</summary>
    public double LogDensity(LinearRegimes regimes)
    {
        using var scope = NewDisposeScope();
        var (quadratic, constant) = regimes.LogDensity();
        return ((quadratic * Moments).sum() + Count * constant.sum()).item<double>();
    }
}
