namespace Svae.Notebooks.Scripting;

/// <summary>
/// The place in a cell's loop where it can be stopped; woven in when the cell is compiled. Public because the cell calls it.
/// </summary>
public static class Checkpoint
{
    // One read while no cell has ever been stopped, so that a tight loop does not notice.
    private static bool lookCloser;

    /// <summary>Goes on, or ends the cell that this code belongs to.</summary>
    /// <exception cref="OperationCanceledException">The cell is being stopped.</exception>
    public static void Pass()
    {
        if (Volatile.Read(ref lookCloser)) PassUnlessStopped();
    }

    internal static void LookCloser() => Volatile.Write(ref lookCloser, true);

    private static void PassUnlessStopped()
    {
        if (CellContext.Interrupt is { StopsAtCheckpoints: true } stop) throw new OperationCanceledException("the cell was stopped", stop.Cooperative);
    }
}
