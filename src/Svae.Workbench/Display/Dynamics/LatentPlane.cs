using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>A plane through latent space on which dynamics and paths are drawn: <c>u = P (x − c)</c> with orthonormal rows P.</summary>
internal sealed class LatentPlane
{
    private readonly Tensor center, axes;

    private LatentPlane(Tensor center, Tensor axes, string[] labels) => (this.center, this.axes, Labels) = (center, axes, labels);

    /// <summary>Labels of the two axes.</summary>
    public string[] Labels { get; }

    /// <summary>
    /// All of a two-dimensional space; of a larger one the plane in which the paths vary most, or its first two axes where there is
    /// no path.
    /// </summary>
    /// <param name="dimension">n.</param>
    /// <param name="paths">Latent paths, [T_i, n], float64 on the CPU.</param>
    public static LatentPlane Of(long dimension, IReadOnlyList<Tensor> paths)
    {
        if (dimension == 2 || paths.Count == 0)
            return new LatentPlane(zeros(dimension, ScalarType.Float64), eye(2, dimension, ScalarType.Float64), Subscript.All("x", 2));
        Tensor all = cat([.. paths]), middle = all.mean([0L]);
        var (_, spread, directions) = linalg.svd(all - middle, fullMatrices: false);
        double[] variance = TensorNumbers.Flat(spread.square());
        string Label(int i) => $"principal axis {i + 1} of x ({100 * variance[i] / Math.Max(variance.Sum(), 1e-300):F0} % of the variance)";
        return new LatentPlane(middle, directions.narrow(0, 0, 2), [Label(0), Label(1)]);
    }

    /// <summary>u of latent states.</summary>
    /// <param name="x">[T, n].</param>
    /// <returns>[T, 2].</returns>
    public Tensor Project(Tensor x) => matmul(x - center, axes.mT);

    /// <summary>The step x_{t+1} − x_t of affine dynamics at points of the plane, projected onto it.</summary>
    /// <param name="points">u, [N, 2].</param>
    /// <param name="dynamics">A, [n, n].</param>
    /// <param name="offset">b, [n].</param>
    /// <returns>[N, 2].</returns>
    public Tensor Step(Tensor points, Tensor dynamics, Tensor offset)
    {
        Tensor x = center + matmul(points, axes);
        return matmul(matmul(x, dynamics.mT) + offset - x, axes.mT);
    }
}
