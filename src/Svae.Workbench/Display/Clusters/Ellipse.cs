using TorchSharp;
using static TorchSharp.torch;

namespace Svae.Workbench.Display;

/// <summary>Ellipses of equal density of two-dimensional Gaussians, {μ + sΣ^½ u : |u| = 1}.</summary>
internal static class Ellipse
{
    private const int Corners = 48;

    /// <summary>The ellipses of a batch, NaN between one and the next.</summary>
    /// <param name="mean">μ, shape [..., 2].</param>
    /// <param name="covariance">Σ, shape [..., 2, 2].</param>
    /// <param name="deviations">s, standard deviations.</param>
    public static (double[] X, double[] Y) Of(Tensor mean, Tensor covariance, double deviations = 2)
    {
        double[] m = TensorNumbers.Flat(mean), c = TensorNumbers.Flat(covariance);
        var x = new List<double>();
        var y = new List<double>();
        for (int i = 0; i < m.Length / 2; i++)
        {
            // Σ = LLᵀ, L lower triangular
            double l11 = Math.Sqrt(Math.Max(c[4 * i], 0)), l21 = l11 > 0 ? c[4 * i + 2] / l11 : 0;
            double l22 = Math.Sqrt(Math.Max(c[4 * i + 3] - l21 * l21, 0));
            for (int k = 0; k <= Corners; k++)
            {
                double cos = deviations * Math.Cos(2 * Math.PI * k / Corners), sin = deviations * Math.Sin(2 * Math.PI * k / Corners);
                x.Add(m[2 * i] + l11 * cos);
                y.Add(m[2 * i + 1] + l21 * cos + l22 * sin);
            }
            x.Add(double.NaN);
            y.Add(double.NaN);
        }
        return ([.. x], [.. y]);
    }
}
