namespace Svae.Notebooks.Scripting;

/// <summary>
/// Which cell the running code belongs to. It flows with the execution context, so what a task or thread started by a cell
/// prints reaches that cell, and two sessions in one process do not mix.
/// </summary>
internal static class CellContext
{
    private static readonly AsyncLocal<ICellOutput?> Running = new();

    /// <summary>The output of the cell this code belongs to; null outside any cell.</summary>
    public static ICellOutput? Output
    {
        get => Running.Value;
        set => Running.Value = value;
    }
}
