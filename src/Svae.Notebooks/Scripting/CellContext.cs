namespace Svae.Notebooks.Scripting;

/// <summary>
/// Which cell the running code belongs to. It flows with the execution context, so what a task or thread started by a cell
/// prints reaches that cell, and two sessions in one process do not mix.
/// </summary>
internal static class CellContext
{
    private static readonly AsyncLocal<(ICellOutput? Output, CellInterrupt? Interrupt)> Running = new();

    /// <summary>The output of the cell this code belongs to; null outside any cell.</summary>
    public static ICellOutput? Output => Running.Value.Output;

    /// <summary>How the cell this code belongs to is stopped; null outside any cell.</summary>
    public static CellInterrupt? Interrupt => Running.Value.Interrupt;

    /// <summary>From here on this code belongs to a cell.</summary>
    public static void Enter(ICellOutput output, CellInterrupt interrupt) => Running.Value = (output, interrupt);
}
