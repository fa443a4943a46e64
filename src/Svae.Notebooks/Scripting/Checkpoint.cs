using System.Diagnostics;
using System.Reflection;

namespace Svae.Notebooks.Scripting;

/// <summary>
/// A place where a cell can be stopped; woven in when the cell is compiled. Public because the cell calls it.
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

    // An exception that leaves a callback, the closure of an optimiser's step for instance, would have to cross native code and end the process.
    private static bool IsCalledFromNativeCode() =>
        new StackTrace().GetFrames().Any(frame => frame.GetMethod() is { } method && method.Attributes.HasFlag(MethodAttributes.PinvokeImpl));

    private static void PassUnlessStopped()
    {
        if (CellContext.Interrupt is { StopsAtCheckpoints: true } stop && !IsCalledFromNativeCode()) throw new OperationCanceledException("the cell was stopped", stop.Cooperative);
    }
}
