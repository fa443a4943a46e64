using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Svae.Notebooks.Kernel;

/// <summary>
/// The client that started this kernel. One that dies cannot say goodbye: its kernel is then given to another parent, or the process
/// named by <c>JPY_PARENT_PID</c> is gone.
/// </summary>
internal static class ParentProcess
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    /// <summary>Cancelled about a second after the client has died.</summary>
    public static CancellationTokenSource Watch()
    {
        var gone = new CancellationTokenSource();
        _ = int.TryParse(Environment.GetEnvironmentVariable("JPY_PARENT_PID"), CultureInfo.InvariantCulture, out int named);
        var waiting = OperatingSystem.IsWindows() ? named == 0 ? null : (Action)(() => WaitForHandle(named)) : () => Poll(GetParentId(), named);
        // Not on the pool, which a cell may keep busy.
        if (waiting is not null)
            new Thread(() =>
            {
                waiting();
                gone.Cancel();
            }) { IsBackground = true, Name = "parent watch" }.Start();
        return gone;
    }

    // A kernel that was started through another program has a parent that is not the one named.
    private static void Poll(int parent, int named)
    {
        while (GetParentId() == parent && (named <= 1 || named == parent || IsAlive(named))) Thread.Sleep(Between);
    }

    // On Windows the client leaves an inherited handle of itself instead of its number.
    private static void WaitForHandle(int handle)
    {
        using var parent = new ManualResetEvent(initialState: false) { SafeWaitHandle = new SafeWaitHandle(handle, ownsHandle: true) };
        parent.WaitOne();
    }

    private static bool IsAlive(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "getppid")]
    private static extern int GetParentId();
}
