namespace Svae.Workbench.Diagnostics;

/// <summary>
/// The assignment problem <c>min_σ Σ_i cost[i, σ(i)]</c> over one-to-one assignments of rows to columns,
/// by shortest augmenting paths with dual prices (Kuhn 1955; Jonker and Volgenant 1987).
/// </summary>
public static class Hungarian
{
    /// <summary>The assignment of least total cost, in O(min(rows, columns)² · max(rows, columns)).</summary>
    /// <param name="cost">Finite costs, [rows, columns]; a rectangle leaves the surplus side partly unassigned.</param>
    /// <returns>For each row its column, or −1.</returns>
    /// <exception cref="ArgumentException">A cost is not finite.</exception>
    public static int[] Minimise(double[,] cost)
    {
        ArgumentNullException.ThrowIfNull(cost);
        int rows = cost.GetLength(0), columns = cost.GetLength(1);
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                if (!double.IsFinite(cost[i, j])) throw new ArgumentException($"cost[{i}, {j}] = {cost[i, j]} must be finite");
        if (rows <= columns) return Inverse(new Assignment(rows, columns, (i, j) => cost[i, j]).Solve(), rows);
        return new Assignment(columns, rows, (i, j) => cost[j, i]).Solve();
    }

    /// <summary>The assignment of greatest total weight.</summary>
    /// <param name="weight">Finite weights, [rows, columns].</param>
    /// <returns>For each row its column, or −1.</returns>
    /// <exception cref="ArgumentException">A weight is not finite.</exception>
    public static int[] Maximise(double[,] weight)
    {
        var cost = new double[weight.GetLength(0), weight.GetLength(1)];
        for (int i = 0; i < cost.GetLength(0); i++)
            for (int j = 0; j < cost.GetLength(1); j++) cost[i, j] = -weight[i, j];
        return Minimise(cost);
    }

    private static int[] Inverse(int[] assigned, int count)
    {
        int[] inverse = Enumerable.Repeat(-1, count).ToArray();
        for (int j = 0; j < assigned.Length; j++) if (assigned[j] >= 0) inverse[assigned[j]] = j;
        return inverse;
    }

    /// <summary>
    /// The state of the search, rows no more than columns. The prices keep every reduced cost
    /// <c>cost − rowPrice − columnPrice</c> non-negative, and zero on assigned pairs; each row then needs one shortest path.
    /// </summary>
    private sealed class Assignment(int rows, int columns, Func<int, int, double> cost)
    {
        private readonly double[] rowPrice = new double[rows], columnPrice = new double[columns];
        private readonly int[] rowOf = Enumerable.Repeat(-1, columns).ToArray();
        private readonly double[] distance = new double[columns];
        private readonly int[] reachedFrom = new int[columns]; // the column before on the path, −1 at its start
        private readonly bool[] settled = new bool[columns];

        /// <summary>For each column its row, or −1.</summary>
        public int[] Solve()
        {
            for (int row = 0; row < rows; row++) Augment(row, ShortestPath(row));
            return rowOf;
        }

        /// <summary>Dijkstra over reduced costs from a free row to the nearest free column; updates the prices on the way out.</summary>
        private int ShortestPath(int start)
        {
            Array.Fill(distance, double.PositiveInfinity);
            Array.Fill(settled, false);
            int row = start, from = -1;
            double length = 0;
            while (true)
            {
                int nearest = -1;
                for (int j = 0; j < columns; j++)
                {
                    if (settled[j]) continue;
                    double through = length + cost(row, j) - rowPrice[row] - columnPrice[j];
                    if (through < distance[j]) (distance[j], reachedFrom[j]) = (through, from);
                    if (nearest < 0 || distance[j] < distance[nearest]) nearest = j;
                }
                settled[nearest] = true;
                length = distance[nearest];
                if (rowOf[nearest] < 0)
                {
                    UpdatePrices(start, length);
                    return nearest;
                }
                (row, from) = (rowOf[nearest], nearest);
            }
        }

        private void UpdatePrices(int start, double length)
        {
            rowPrice[start] += length;
            for (int j = 0; j < columns; j++)
            {
                if (!settled[j]) continue;
                columnPrice[j] -= length - distance[j];
                if (rowOf[j] >= 0) rowPrice[rowOf[j]] += length - distance[j];
            }
        }

        /// <summary>Shifts the assignments along the path, so that its first row is assigned too.</summary>
        private void Augment(int start, int column)
        {
            for (; reachedFrom[column] >= 0; column = reachedFrom[column]) rowOf[column] = rowOf[reachedFrom[column]];
            rowOf[column] = start;
        }
    }
}
