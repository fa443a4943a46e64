namespace Svae.Workbench.Display;

/// <summary>Where the rows or columns of a heat map lie: cell i is centred at <c>First + i · Step</c>.</summary>
/// <param name="First">Centre of the first cell, in units of the axis.</param>
/// <param name="Step">Distance between centres, in units of the axis.</param>
public readonly record struct CellCenters(double First, double Step)
{
    /// <summary>Cells centred at 0, 1, 2, …</summary>
    public static CellCenters WholeNumbers { get; } = new(0, 1);

    /// <summary>Cells that share an interval evenly.</summary>
    /// <param name="from">Left edge of the first cell.</param>
    /// <param name="to">Right edge of the last cell.</param>
    /// <param name="count">How many cells.</param>
    public static CellCenters Between(double from, double to, int count) => new(from + (to - from) / count / 2, (to - from) / count);

    /// <summary>Centre of a cell; halves are edges, At(−½) the first.</summary>
    /// <param name="index">Number of the cell.</param>
    public double At(double index) => First + index * Step;
}
