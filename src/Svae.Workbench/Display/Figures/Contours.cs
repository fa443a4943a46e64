namespace Svae.Workbench.Display;

/// <summary>Lines of equal value on a grid, by marching squares with linear interpolation (Lorensen and Cline 1987, in the plane).</summary>
internal static class Contours
{
    /// <summary>The polylines of one level, NaN between one and the next.</summary>
    /// <param name="values">[rows, columns], finite.</param>
    /// <param name="level">The value on the line.</param>
    /// <param name="columns">Where columns lie on the x axis.</param>
    /// <param name="rows">Where rows lie on the y axis.</param>
    public static (double[] X, double[] Y) At(double[,] values, double level, CellCenters columns, CellCenters rows)
    {
        var ends = Segments(values, level);
        var left = new HashSet<Edge>(ends.Keys);
        List<double> x = [], y = [];
        // Open lines first, from their loose ends; what then remains are rings.
        foreach (Edge start in ends.Where(e => e.Value.Count == 1).Select(e => e.Key).Concat(ends.Keys))
        {
            if (!left.Contains(start)) continue;
            for (Edge? at = start; at is { } edge; at = ends[edge].Where(left.Contains).Cast<Edge?>().FirstOrDefault()) Add(edge);
            if (ends[start].Count == 2) Add(start); // a ring closes
            x.Add(double.NaN);
            y.Add(double.NaN);
        }
        return (x.ToArray(), y.ToArray());

        void Add(Edge edge)
        {
            left.Remove(edge);
            double a = values[edge.Row, edge.Column], b = edge.Across ? values[edge.Row, edge.Column + 1] : values[edge.Row + 1, edge.Column];
            double share = (level - a) / (b - a);
            x.Add(columns.At(edge.Column + (edge.Across ? share : 0)));
            y.Add(rows.At(edge.Row + (edge.Across ? 0 : share)));
        }
    }

    /// <summary>The side between two neighbours of the grid: from (Row, Column) to the next column, or to the next row.</summary>
    private readonly record struct Edge(int Row, int Column, bool Across);

    /// <summary>With each side that the line crosses the sides on which it goes on: one or two.</summary>
    private static Dictionary<Edge, List<Edge>> Segments(double[,] values, double level)
    {
        var ends = new Dictionary<Edge, List<Edge>>();
        for (int i = 0; i + 1 < values.GetLength(0); i++)
            for (int j = 0; j + 1 < values.GetLength(1); j++)
            {
                Edge[] sides = [new(i, j, true), new(i, j + 1, false), new(i + 1, j, true), new(i, j, false)]; // round the square
                Edge[] crossed = sides.Where(Crosses).ToArray();
                if (crossed.Length == 4 && Above(i, j) != Center(i, j)) crossed = [crossed[3], crossed[0], crossed[1], crossed[2]];
                for (int k = 0; k + 1 < crossed.Length; k += 2) Join(crossed[k], crossed[k + 1]);
            }
        return ends;

        bool Above(int i, int j) => values[i, j] > level;
        bool Center(int i, int j) => values[i, j] + values[i, j + 1] + values[i + 1, j] + values[i + 1, j + 1] > 4 * level;
        bool Crosses(Edge e) => Above(e.Row, e.Column) != (e.Across ? Above(e.Row, e.Column + 1) : Above(e.Row + 1, e.Column));

        void Join(Edge a, Edge b)
        {
            foreach (var (from, to) in new[] { (a, b), (b, a) })
            {
                if (!ends.TryGetValue(from, out var next)) ends[from] = next = [];
                next.Add(to);
            }
        }
    }
}
