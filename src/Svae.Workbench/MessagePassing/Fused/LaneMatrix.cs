using System.Runtime.CompilerServices;

namespace Svae.Workbench.MessagePassing.Fused;

/// <summary>
/// A group's small matrices, interleaved: entry (i, j) of all sequences of the group lie side by side, so one vector instruction
/// treats that entry of all of them. A view into memory owned elsewhere; a transpose is a swap of strides.
/// </summary>
/// <param name="data">Entry (0, 0) of the group's first sequence.</param>
/// <param name="rows">Rows.</param>
/// <param name="columns">Columns.</param>
/// <param name="rowStride">Doubles from one row to the next, lanes counted.</param>
/// <param name="columnStride">Doubles from one column to the next, lanes counted.</param>
internal readonly unsafe struct LaneMatrix(double* data, int rows, int columns, int rowStride, int columnStride)
{
    public readonly double* Data = data;
    public readonly int Rows = rows;
    public readonly int Columns = columns;
    public readonly int RowStride = rowStride;
    public readonly int ColumnStride = columnStride;

    public bool IsEmpty => Data is null;

    public LaneMatrix T
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)] get => new(Data, Columns, Rows, ColumnStride, RowStride);
    }

    /// <summary>The entry's address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double* At(int i, int j) => Data + (nint)i * RowStride + (nint)j * ColumnStride;

    /// <summary>The block of these rows and columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public LaneMatrix Block(int row, int rows, int column, int columns) => new(At(row, column), rows, columns, RowStride, ColumnStride);
}
