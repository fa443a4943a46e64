using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>The parts of a figure of clusters in the plane: points by cluster, clusters as ellipses, and what clusters decode to.</summary>
public static class ClusterPanels
{
    private const int MostPoints = 1500;
    private static readonly double[] masses = [.5, .9];

    /// <summary>Points of the plane, coloured by cluster; of many, every so many-th.</summary>
    /// <param name="panel">Where they are drawn.</param>
    /// <param name="points">Points, [N, 2].</param>
    /// <param name="states">Cluster of each point; −1 for none.</param>
    /// <param name="styles">Name and colour of each cluster.</param>
    /// <param name="size">Diameter in CSS pixels.</param>
    /// <param name="opacity">1 hides what lies below.</param>
    public static Panel ClusterPoints(this Panel panel, Tensor points, IReadOnlyList<int> states, IReadOnlyList<StateStyle> styles,
        float size = 4, double opacity = .75)
    {
        Guard.Shape(points, "points", ("point", states.Count), ("coordinate", 2));
        double[] x = TensorNumbers.Column(points, 0), y = TensorNumbers.Column(points, 1);
        int step = (x.Length + MostPoints - 1) / MostPoints;
        foreach (var cluster in Enumerable.Range(0, x.Length).Where(i => i % Math.Max(step, 1) == 0).GroupBy(i => states[i]).OrderBy(g => g.Key))
        {
            int[] at = [.. cluster];
            bool styled = cluster.Key >= 0 && cluster.Key < styles.Count;
            panel.Points(Array.ConvertAll(at, i => x[i]), Array.ConvertAll(at, i => y[i]), styled ? styles[cluster.Key].Name : null,
                styled ? styles[cluster.Key].Color : Palette.Neutral, size, opacity: opacity);
        }
        return panel;
    }

    /// <summary>Clusters as ellipses at two standard deviations.</summary>
    /// <param name="panel">Where they are drawn.</param>
    /// <param name="mean">Means, [K, 2].</param>
    /// <param name="covariance">Covariances, [K, 2, 2].</param>
    /// <param name="styles">Name and colour of each cluster.</param>
    /// <param name="shown">Which clusters; by default all.</param>
    public static Panel ClusterEllipses(this Panel panel, Tensor mean, Tensor covariance, IReadOnlyList<StateStyle> styles,
        IEnumerable<int>? shown = null)
    {
        foreach (int k in shown ?? Enumerable.Range(0, (int)mean.shape[0]))
        {
            using Tensor m = mean[k], c = covariance[k];
            var (x, y) = Ellipse.Of(m, c);
            panel.Path(x, y, styles[k].Name, styles[k].Color, 1.6f, filled: true);
        }
        return panel;
    }

    /// <summary>The smallest regions that hold 50 % and 90 % of what each latent cluster decodes to, noise included.</summary>
    /// <param name="panel">Where they are drawn.</param>
    /// <param name="observations">Observations [N, 2]: the contours reach a little beyond them.</param>
    /// <param name="mean">Means of the latent clusters, [K, n].</param>
    /// <param name="covariance">Covariances of the latent clusters, [K, n, n].</param>
    /// <param name="decode">μ(x): latents [N, n] → observations [N, 2].</param>
    /// <param name="variance">σ² of the likelihood, shape [2] or [1].</param>
    /// <param name="styles">Name and colour of each cluster.</param>
    /// <param name="generator">Source of the draws of x.</param>
    /// <param name="shown">Which clusters; by default all.</param>
    public static Panel ClusterDensities(this Panel panel, Tensor observations, Tensor mean, Tensor covariance, Func<Tensor, Tensor> decode,
        Tensor variance, IReadOnlyList<StateStyle> styles, Generator generator, IEnumerable<int>? shown = null)
    {
        (double, double) Range(int column)
        {
            double[] values = TensorNumbers.Column(observations, column);
            double margin = .12 * (values.Max() - values.Min());
            return (values.Min() - margin, values.Max() + margin);
        }
        var density = new DecodedDensity(decode, variance, Range(0), Range(1), generator);
        foreach (int k in shown ?? Enumerable.Range(0, (int)mean.shape[0]))
        {
            using Tensor m = mean[k], c = covariance[k];
            double[,] p = density.Of(m, c);
            foreach (double mass in masses)
            {
                var (x, y) = Contours.At(p, DecodedDensity.LevelHolding(p, mass), density.Columns, density.Rows);
                panel.Path(x, y, styles[k].Name, styles[k].Color, mass < .6 ? 2 : 1.3f, filled: true);
            }
        }
        return panel;
    }
}
