using Svae.Workbench.Display;
using Svae.Workbench.ExponentialFamilies;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Svae.Workbench.Tests.Display;

public class DistributionFigureTests
{
    private static T Mark<T>(Figure figure, int panel) => figure.Panels[panel].Marks.OfType<T>().First();

    [Fact]
    public void A_curve_is_the_density_and_integrates_to_one()
    {
        var line = Mark<LineMark>(GaussianFigure.Of(new Gaussian.Standard(tensor(new[] { 1.0 }), tensor(new[,] { { 4.0 } }))), 0);
        double step = line.X[1] - line.X[0];
        Assert.Equal(1, line.Y.Sum() * step, 1e-3);
        Assert.Equal(1, line.X.Zip(line.Y, (x, p) => x * p).Sum() * step, 1e-3);
        Assert.Equal(4, line.X.Zip(line.Y, (x, p) => (x - 1) * (x - 1) * p).Sum() * step, 1e-2);
    }

    [Fact]
    public void Correlations_have_a_unit_diagonal_and_whiskers_are_two_deviations()
    {
        Tensor sigma = tensor(new[,] { { 4.0, 1, 0 }, { 1, 1, 0 }, { 0, 0, 9 } });
        var figure = GaussianFigure.Of(new Gaussian.Standard(zeros(3, ScalarType.Float64), sigma));
        Assert.Equal([4, 2, 6], Mark<BarsMark>(figure, 0).Error!);
        double[,] correlation = Mark<HeatMapMark>(figure, 1).Values;
        Assert.Equal((1, .5, 0), (correlation[1, 1], correlation[0, 1], correlation[0, 2]));
    }

    [Fact]
    public void Dirichlet_bars_have_the_mean_and_deviation_of_draws()
    {
        var eta = Dirichlet.FromStandard(new(tensor(new[] { 2.0, 5, 1 })));
        using Tensor draws = new Dirichlet().Sample(eta, new Generator(1), 40_000), mean = draws.mean([0L]), deviation = draws.std(0);
        var bars = Mark<BarsMark>(CategoricalFigure.Of(eta), 0);
        Assert.All(mean.data<double>().Zip(bars.Height), p => Assert.Equal(p.First, p.Second, .005));
        Assert.All(deviation.data<double>().Zip(bars.Error!), p => Assert.Equal(p.First, p.Second, .005));
    }

    [Fact]
    public void Dynamics_show_the_mean_coefficients_and_the_eigenvalues_of_their_square_part()
    {
        Tensor mean = tensor(new[,] { { .5, 0, 3 }, { 0, -.25, 4 } });
        var eta = MatrixNormalInverseWishart.FromStandard(new(mean, .2 * eye(3, dtype: ScalarType.Float64), eye(2, dtype: ScalarType.Float64), tensor(7.0)));
        var figure = Assert.IsType<Figure>(DynamicsFigure.Of(eta));
        Assert.All(Mark<HeatMapMark>(figure, 0).Values.Cast<double>().Zip(mean.data<double>()), p => Assert.Equal(p.Second, p.First, 1e-12));
        Assert.Equal([-.25, .5], Mark<PointsMark>(figure, 1).X.Order().Select(x => Math.Round(x, 12)));
        Assert.Contains("√E[Q] 0.5,", figure.Subtitle); // √E[Q] = √(S / (ν − n − 1)) = √(1/4)
    }

    [Fact]
    public void A_mean_that_is_known_from_few_observations_has_a_wide_dashed_ellipse()
    {
        Figure Of(double kappa) => GaussianFigure.Of(NormalInverseWishart.FromStandard(new(zeros(2, ScalarType.Float64), tensor(kappa), 4 * eye(2, dtype: ScalarType.Float64), tensor(7.0))));
        double Width(Figure figure) => figure.Panels[0].Marks.OfType<PathMark>().Single(p => p.Dashed).X.Where(double.IsFinite).Max();
        Assert.Equal(2, Width(Of(1)), 1e-9); // 2 √(E[Σ]/κ) with E[Σ] = S/(ν − n − 1) = 1
        Assert.Equal(.2, Width(Of(100)), 1e-9);
    }
}
