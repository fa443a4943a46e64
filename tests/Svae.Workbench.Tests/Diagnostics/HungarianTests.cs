using CsCheck;
using Svae.Workbench.Diagnostics;
using Xunit;

namespace Svae.Workbench.Tests.Diagnostics;

public class HungarianTests
{
    [Fact]
    public void Total_cost_is_the_least_over_all_assignments() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 6], Gen.Int).Sample((rows, columns, seed) =>
        {
            var random = new Random(seed);
            var cost = new double[rows, columns];
            bool ties = random.Next(2) == 0; // small integers make many optimal assignments
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < columns; j++) cost[i, j] = ties ? random.Next(-2, 3) : 10 * random.NextDouble() - 5;
            int[] assigned = Hungarian.Minimise(cost);
            int[] used = [.. assigned.Where(j => j >= 0)];
            Assert.Equal(Math.Min(rows, columns), used.Distinct().Count());
            Assert.Equal(used.Length, used.Distinct().Count());
            double total = Enumerable.Range(0, rows).Where(i => assigned[i] >= 0).Sum(i => cost[i, assigned[i]]);
            Assert.Equal(LeastByEnumeration(cost, 0, 0), total, 1e-9);
        }, iter: 500);

    [Fact]
    public void A_hidden_permutation_of_two_hundred_is_found()
    {
        int[] hidden = [.. Enumerable.Range(0, 200)];
        var random = new Random(1);
        random.Shuffle(hidden);
        var weight = new double[200, 200];
        for (int i = 0; i < 200; i++)
            for (int j = 0; j < 200; j++) weight[i, j] = random.NextDouble() + (hidden[i] == j ? 1 : 0);
        Assert.Equal(hidden, Hungarian.Maximise(weight));
    }

    [Fact]
    public void A_cost_that_is_not_finite_is_refused_by_name() =>
        Assert.Equal("cost[0, 1] = NaN must be finite",
            Assert.Throws<ArgumentException>(() => Hungarian.Minimise(new[,] { { 1, double.NaN } })).Message);

    [Fact]
    public void Nothing_to_assign_is_no_assignment() => Assert.Empty(Hungarian.Minimise(new double[0, 3]));

    /// <summary>Tries every column for each row, and leaving rows out where there are too many.</summary>
    private static double LeastByEnumeration(double[,] cost, int row, int usedColumns)
    {
        int rows = cost.GetLength(0), columns = cost.GetLength(1);
        if (row == rows) return int.PopCount(usedColumns) == Math.Min(rows, columns) ? 0 : double.PositiveInfinity;
        double least = LeastByEnumeration(cost, row + 1, usedColumns);
        for (int j = 0; j < columns; j++)
            if ((usedColumns & (1 << j)) == 0)
                least = Math.Min(least, cost[row, j] + LeastByEnumeration(cost, row + 1, usedColumns | (1 << j)));
        return least;
    }
}
