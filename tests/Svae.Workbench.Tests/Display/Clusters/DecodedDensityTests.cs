using Svae.Workbench.Display;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Display;

public class DecodedDensityTests
{
    private static readonly double[,] covariance = { { .5, .2 }, { .2, .3 } };

    [Fact]
    public void A_linear_decoder_gives_the_gaussian_of_linear_algebra()
    {
        using Tensor w = tensor(new[,] { { 1.0, .5 }, { -.3, .8 } }), m = tensor(new[] { .3, -.2 }), c = tensor(covariance);
        var density = new DecodedDensity(x => x.matmul(w.mT), tensor(new[] { .2 }), (-5, 5), (-4, 4), new Generator(1));
        double[,] p = density.Of(m, c);
        using Tensor mean = w.matmul(m), exact = w.matmul(c).matmul(w.mT) + .2 * eye(2, dtype: ScalarType.Float64), precision = linalg.inv(exact);
        double[] mu = mean.data<double>().ToArray(), l = precision.data<double>().ToArray();
        double peak = Math.Sqrt(l[0] * l[3] - l[1] * l[2]) / (2 * Math.PI);
        for (int i = 0; i < p.GetLength(0); i += 6)
            for (int j = 0; j < p.GetLength(1); j += 6)
            {
                double x = density.Columns.At(j) - mu[0], y = density.Rows.At(i) - mu[1];
                Assert.Equal(peak * Math.Exp(-.5 * (l[0] * x * x + 2 * l[1] * x * y + l[3] * y * y)), p[i, j], .08 * peak); // 600 draws
            }
        Assert.Equal(1, p.Cast<double>().Sum() * density.Columns.Step * density.Rows.Step, .01);
    }

    [Fact]
    public void A_level_holds_the_mass_that_was_asked_for()
    {
        using Tensor m = zeros(2, dtype: ScalarType.Float64), c = tensor(covariance);
        var density = new DecodedDensity(x => x, tensor(new[] { .1 }), (-4, 4), (-4, 4), new Generator(1));
        double[,] p = density.Of(m, c);
        double level = DecodedDensity.LevelHolding(p, .9), all = p.Cast<double>().Sum();
        Assert.Equal(.9, p.Cast<double>().Where(v => v >= level).Sum() / all, .01);
    }

    [Fact]
    public void Ellipses_lie_at_their_mahalanobis_distance()
    {
        using Tensor m = tensor(new[,] { { 1.0, 2 }, { -1, 0 } }), c = stack([tensor(covariance), tensor(new[,] { { 2.0, -1 }, { -1, 1 } })]);
        var (x, y) = Ellipse.Of(m, c);
        Assert.Equal(2, x.Count(double.IsNaN));
        for (int i = 0, k = 0; i < x.Length; i++)
        {
            if (double.IsNaN(x[i])) { k++; continue; }
            using Tensor d = tensor(new[] { x[i], y[i] }) - m[k], scaled = linalg.solve(c[k], d);
            Assert.Equal(4, (d * scaled).sum().item<double>(), 1e-9);
        }
    }
}
