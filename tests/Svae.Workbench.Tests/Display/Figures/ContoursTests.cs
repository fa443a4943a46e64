using CsCheck;
using Svae.Workbench.Display;
using Xunit;

namespace Svae.Workbench.Tests.Display;

public class ContoursTests
{
    private static double[,] Grid(int rows, int columns, Func<double, double, double> value)
    {
        var values = new double[rows, columns];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) values[i, j] = value(j, i);
        return values;
    }

    [Fact]
    public void The_contour_of_a_cone_is_a_closed_circle()
    {
        var cells = new CellCenters(-10, .5);
        var (x, y) = Contours.At(Grid(41, 41, (j, i) => -Math.Sqrt(Math.Pow(cells.At(j), 2) + Math.Pow(cells.At(i), 2))), -6.2, cells, cells);
        Assert.Single(x, double.IsNaN);
        Assert.Equal((x[0], y[0]), (x[^2], y[^2]));
        Assert.All(x.Zip(y).SkipLast(1), p => Assert.Equal(6.2, Math.Sqrt(p.First * p.First + p.Second * p.Second), .02));
    }

    [Fact]
    public void A_contour_that_leaves_the_grid_is_open_and_lies_on_the_plane()
    {
        var (x, y) = Contours.At(Grid(6, 8, (j, i) => j + 2 * i), 7.3, CellCenters.WholeNumbers, CellCenters.WholeNumbers);
        Assert.Single(x, double.IsNaN);
        Assert.All(x.Zip(y).SkipLast(1), p => Assert.Equal(7.3, p.First + 2 * p.Second, 1e-12));
    }

    [Fact]
    public void Every_sign_change_between_neighbours_is_crossed_once_whatever_the_values() =>
        Gen.Select(Gen.Int[2, 7], Gen.Int[2, 7], Gen.Int[0, 1000]).Sample((rows, columns, seed) =>
        {
            var random = new Random(seed);
            double[,] values = Grid(rows, columns, (_, _) => random.NextDouble() - .5);
            int changes = 0;
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < columns; j++)
                    changes += (j + 1 < columns && values[i, j] > 0 != values[i, j + 1] > 0 ? 1 : 0) + (i + 1 < rows && values[i, j] > 0 != values[i + 1, j] > 0 ? 1 : 0);
            var (x, y) = Contours.At(values, 0, CellCenters.WholeNumbers, CellCenters.WholeNumbers);
            var points = x.Zip(y).Where(p => !double.IsNaN(p.First)).ToArray();
            return points.Distinct().Count() == changes;
        }, iter: 300);
}
